package io.vmha.center.event;

/** Gets told of every step. What it throws is logged and harms nothing. */
@FunctionalInterface
public interface HaListener {

    /** Takes an event; called on the center's loop, one event at a time, in order, so that it should return soon. */
    void onEvent(HaEvent event);
}
