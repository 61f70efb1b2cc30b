package io.vmha.monitor;

/** Is told what a monitor sees and does; called on the monitor's loop, so it must return at once. */
@FunctionalInterface
public interface MonitorListener {
    /** Takes an event. What it throws is logged, and the monitor goes on. */
    void on(MonitorEvent event);
}
