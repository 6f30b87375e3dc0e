"""Who was recognised, by which decision, what became of it, and what a dossier still lacks."""
