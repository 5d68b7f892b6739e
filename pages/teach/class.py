from resnet_viz.ui.classroom import class_panel, teaching_panel

class_panel.show()
teaching_panel.show()
