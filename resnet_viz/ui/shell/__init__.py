"""What every page has: head and downloads, links, the stage, the frame of a lesson."""
