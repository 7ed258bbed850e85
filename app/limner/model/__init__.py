"""What an annotation is and how a document of them changes. Python and numpy only, never Qt."""
