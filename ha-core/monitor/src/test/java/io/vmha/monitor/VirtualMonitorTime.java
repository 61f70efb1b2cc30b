package io.vmha.monitor;

import io.vmha.sim.VirtualTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Virtual time for a monitor, in which calls take none, or hang until they are released. */
final class VirtualMonitorTime implements MonitorScheduler {
    private final VirtualTime time = new VirtualTime();
    private final List<Runnable> hanging = new ArrayList<>();
    private boolean hang;
    private boolean hangNext;
    private Duration asleep = Duration.ZERO;
    private int interrupts;
    private Optional<Duration> uptime = Optional.of(Duration.ofDays(1));

    void hang() {
        hang = true;
    }

    /** The next call hangs, those after it do not. */
    void hangOnce() {
        hangNext = true;
    }

    /** The machine is paused for that long: what was due meanwhile comes when it goes on. */
    void sleep(Duration duration) {
        asleep = asleep.plus(duration);
    }

    void release() {
        hang = false;
        hanging.forEach(time::execute);
        hanging.clear();
    }

    int hangingCalls() {
        return hanging.size();
    }

    int interrupts() {
        return interrupts;
    }

    void pass(Duration duration) {
        time.advanceTo(time.now().plus(duration));
    }

    /** How long the VM has been up when the monitor starts; a day if nothing is said. */
    void up(Optional<Duration> since) {
        uptime = since;
    }

    @Override
    public Optional<Duration> uptime() {
        return uptime;
    }

    @Override
    public Instant now() {
        return time.now().plus(asleep);
    }

    @Override
    public void execute(Runnable task) {
        time.execute(task);
    }

    @Override
    public void schedule(Duration delay, Runnable task) {
        time.schedule(delay, task);
    }

    @Override
    public Runnable call(Runnable blocking) {
        if (hang || hangNext) {
            hangNext = false;
            hanging.add(blocking);
        } else {
            time.execute(blocking);
        }
        return () -> interrupts++;
    }

    @Override
    public void close() {
        time.close();
    }
}
