from resnet_viz.ui.classroom import class_panel

class_panel.show()
