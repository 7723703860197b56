"""The owner's manual: any Markdown file, asked on the board and offline, answered in its own words or declined."""
