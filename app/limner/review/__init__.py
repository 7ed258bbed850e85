"""What is reviewed, the questions, the answers and their way to the server. No Qt."""
