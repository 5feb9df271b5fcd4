"""What the addon costs beside the plainest program that does the same: ratios, measured in one run on one machine.

Every figure of the addon is taken through the method that its scheduled action or its button calls, in a process of
its own, on a real PostgreSQL with its safe settings. The part files say what is compared; `inside` is what runs within
Odoo. Not part of the tests: it takes long, and a busy machine makes it say other things.
"""
