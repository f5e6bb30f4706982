"""``orderbridge demo``: the main job on the embedded database against the simulated store, told in plain words."""
