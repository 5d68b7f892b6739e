"""What every page has: heading and downloads, links, the projector, the frame of a lesson."""
