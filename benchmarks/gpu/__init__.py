"""What one GPU is worth: tests, speed, and the paper's four networks trained side by side on it.

Nothing here imports streamlit or plotly, which a machine with a GPU need not have.
"""
