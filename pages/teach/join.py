from resnet_viz.ui.classroom import join_panel

join_panel.show()
