"""Plans: where the next sites serve most people, what a territory lacks to leave the worst tenth,
and what to do first."""
