"""What is measured: installations, what is on with nobody, and what is lost."""

GRAPHS = {"control-units-time-by-week": "time-to-record", "control-units-in-time-by-week": "recorded-in-time"}


def look(screen):
    screen.open("control-units-time-to-installation", 520)
    screen.see(".o_pivot table")
    screen.take("time-to-installation")
    for path, name in GRAPHS.items():
        screen.open(path, 560)
        screen.see(".o_graph_renderer canvas")
        screen.take(name)
    screen.open("control-units-on", 560)
    screen.see(".o_pivot table, .o_graph_renderer canvas, .o_data_row")
    screen.take("units-on")
    screen.open("control-units-shrinkage", 520)
    screen.see(".o_pivot table, .o_graph_renderer canvas, .o_data_row")
    screen.take("shrinkage")
