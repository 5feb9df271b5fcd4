"""The words of a selection."""


def labels(model, name):
    """What the values of a selection field are called, in the user's language: dict of value to label.

    :param model: any records of the model
    :param str name: the field
    """
    return dict(model._fields[name]._description_selection(model.env))
