"""Who was recognised, what a dossier lacks, villages."""
