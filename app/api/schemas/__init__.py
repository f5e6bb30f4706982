"""What goes over the wire, one module per resource. Knows no rule of the business."""
