package io.vmha.center.internal;

import io.vmha.adapter.AdapterException;
import io.vmha.adapter.CallContext;
import io.vmha.center.internal.execution.Platform;
import io.vmha.center.internal.execution.UserCode;
import io.vmha.center.internal.state.CenterState;
import io.vmha.center.internal.state.Projected;
import io.vmha.center.internal.state.Sightings;
import io.vmha.center.schedule.CenterScheduler;
import io.vmha.model.VmId;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the whole platform when that is needed: at regular times, after a restart, and when it is not known where VMs are; and asks
 * the traffic director where requests go that it is not known of. One reading is under way at a time. Confined to the center's loop; the reading and the comparison with what is believed are not.
 */
final class Readings {
    private static final Logger LOG = LoggerFactory.getLogger(Readings.class);
    private static final Duration FIRST_RETRY = Duration.ofSeconds(1);
    private static final Duration LAST_RETRY = Duration.ofSeconds(60);
    private static final int WAITED_FOR = 5;
    /** A reading is given up that has not returned after so many of its timeouts, and one for each director that it asks. */
    private static final int TIMEOUTS = 2;
    /** How many that were given up may still be under way before none is begun any more. */
    private static final int MOST_STUCK = 2;

    private final CenterLoop center;
    private final CenterScheduler scheduler;
    private final CenterState state;
    private final Platform platform;
    private boolean isReading;
    private boolean isNeededAgain;
    private boolean isPutOff;
    private boolean isRetryDue;
    private int failures;
    /** The token of the reading under way, which tells it from those that were given up. */
    private long current;
    /** How many of those have not returned. */
    private int stuck;
    /** How many readings in a row left what they were needed for as uncertain as it was. */
    private int fruitless;

    private Set<VmId> uncertain = Set.of();

    Readings(CenterLoop center, CenterScheduler scheduler, CenterState state, Platform platform) {
        this.center = center;
        this.scheduler = scheduler;
        this.state = state;
        this.platform = platform;
    }

    /** Reads now, or once more after the reading that is under way: that one began too early. */
    void need() {
        Set<VmId> open = state.places().uncertain();
        if (!open.equals(uncertain)) {
            uncertain = open;
            fruitless = 0;
        }
        if (isReading) {
            isNeededAgain = true;
        } else if (fruitless == 0) {
            read();
        } else if (!isPutOff) {
            isPutOff = true;
            again(fruitless, () -> {
                isPutOff = false;
                read();
            });
        }
    }

    private void read() {
        if (isReading) {
            return;
        }
        if (stuck >= MOST_STUCK) {
            failed(new AdapterException.Transient(
                    AdapterException.Cause.TIMEOUT, stuck + " readings before it have not returned"));
            return;
        }
        isReading = true;
        long token = state.beginReading();
        Instant begun = center.now();
        current = token;
        Projected believed = state.projected();
        List<Sightings> read = new ArrayList<>(1);
        List<VmId> inDoubt = state.routes().inDoubt();
        Map<VmId, VmId> servers = new LinkedHashMap<>();
        Duration timeout = center.config().actionDeadline();
        CenterScheduler.Cancellable watchdog = scheduler.schedule(
                timeout.multipliedBy(TIMEOUTS + (long) inDoubt.size()), () -> center.run(() -> giveUp(token)));
        scheduler.call(
                () -> {
                    askForServers(inDoubt, servers, timeout);
                    read.add(Sightings.of(platform.adapter().discover(CallContext.within(timeout)), token, believed));
                },
                thrown -> center.run(() -> {
                    watchdog.cancel();
                    if (isCurrent(token)) {
                        ended(token, begun, servers, read, thrown);
                    } else {
                        stuck--;
                    }
                }));
    }

    private boolean isCurrent(long token) {
        return isReading && token == current;
    }

    private void giveUp(long token) {
        if (isCurrent(token)) {
            stuck++;
            ended(
                    token,
                    center.now(),
                    Map.of(),
                    List.of(),
                    Optional.of(new AdapterException.Transient(
                            AdapterException.Cause.TIMEOUT, "the reading did not return by its deadline")));
        }
    }

    /** One that cannot be told does not keep the others from being told. Blocks. */
    private void askForServers(List<VmId> owners, Map<VmId, VmId> servers, Duration timeout) {
        for (VmId owner : owners) {
            try {
                servers.put(owner, platform.trafficDirector().serverOf(owner, CallContext.within(timeout)));
            } catch (AdapterException cannotTell) {
                LOG.warn("where requests of {} go cannot be read: {}", owner, UserCode.said(cannotTell));
            }
        }
    }

    private void ended(
            long token, Instant begun, Map<VmId, VmId> servers, List<Sightings> read, Optional<Throwable> thrown) {
        isReading = false;
        if (!center.life().isActing()) {
            return;
        }
        servers.forEach((owner, server) -> {
            if (state.routes().read(owner, server, token)) {
                center.decisions().wake(owner);
            }
        });
        if (thrown.isPresent()) {
            failed(thrown.get());
            return;
        }
        failures = 0;
        fruitless++;
        read.forEach(sightings -> new Observation(center, sightings, begun).apply());
        if (isNeededAgain || !state.routes().inDoubt().isEmpty()) {
            isNeededAgain = false;
            need();
        }
    }

    /** Tried again at longer and longer times; a simulation that runs to its end waits for the first few only. */
    private void failed(Throwable thrown) {
        if (thrown instanceof AdapterException) {
            LOG.warn("the platform cannot be read: {}", UserCode.said(thrown));
        } else {
            UserCode.log(LOG, "the platform cannot be read", thrown);
        }
        isNeededAgain = false;
        failures++;
        if (!isRetryDue) {
            // Of those at regular times each would begin a series of its own.
            isRetryDue = true;
            again(failures, () -> {
                isRetryDue = false;
                read();
            });
        }
    }

    private void again(int times, Runnable reads) {
        double doubled = (double) FIRST_RETRY.toMillis() * Math.pow(2, times - 1.0);
        Duration wait = Duration.ofMillis((long) Math.min(doubled, (double) LAST_RETRY.toMillis()));
        if (times <= WAITED_FOR) {
            scheduler.schedule(wait, () -> center.run(reads));
        } else {
            scheduler.scheduleBackground(wait, () -> center.run(reads));
        }
    }

    /** Reads at regular times from now on. */
    void every(Duration interval) {
        scheduler.scheduleBackground(
                interval,
                () -> center.run(() -> {
                    if (center.life().isActing()) {
                        read();
                        every(interval);
                    }
                }));
    }
}
