"""Lists and searches: what is meant, how Drive is asked, what to try when nothing is found, and where files are."""
