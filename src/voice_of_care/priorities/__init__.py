"""Link segments and themes to quality priorities: by cues, by a trained model, and by what people have shown."""

from voice_of_care.priorities.learning import learn_priorities
from voice_of_care.priorities.linking import PrioritiesLinked, link_priorities
from voice_of_care.priorities.trained import Trained

__all__ = ["PrioritiesLinked", "Trained", "learn_priorities", "link_priorities"]
