package io.vmha.center.internal;

import io.vmha.center.event.HaEvent;
import io.vmha.center.internal.execution.UserCode;
import io.vmha.center.schedule.CenterScheduler;
import io.vmha.detection.DetectionConfig;
import io.vmha.detection.Finding;
import io.vmha.detection.Heartbeat;
import io.vmha.detection.LivenessTracker;
import io.vmha.detection.SecondCheck;
import io.vmha.detection.SecondLook;
import io.vmha.fault.FaultReport;
import io.vmha.fault.FaultSubject;
import io.vmha.model.Host;
import io.vmha.model.Inventory;
import io.vmha.model.VirtualMachine;
import io.vmha.model.VmId;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Turns heartbeats into suspicions and reports. {@link #heartbeat} may be called from any thread; everything else is
 * confined to the center's loop.
 */
public final class HeartbeatWatch {

    /** What the watch needs of the center around it. */
    public interface Callbacks {
        Inventory inventory();

        boolean isActing();

        void report(FaultReport report);

        void heard(VmId vm);

        void suspected(VmId vm, boolean isSuspect);

        void publish(HaEvent event);
    }

    /** How many heartbeats are taken before the loop looks after others. */
    private static final int BEATS_AT_ONCE = 1_024;
    /** How many may wait for the loop; where it is so far behind, its own pause shows, and each sender sends again. */
    static final int MOST_WAITING = 1 << 18;

    private static final Logger LOG = LoggerFactory.getLogger(HeartbeatWatch.class);

    private record Arrival(Heartbeat beat, Instant at) {}

    private final CenterScheduler scheduler;
    private final DetectionConfig config;
    private final SecondCheck secondCheck;
    private final Callbacks center;
    private final LivenessTracker tracker;
    private final Queue<Arrival> arrivals = new ConcurrentLinkedQueue<>();
    private final AtomicInteger waiting = new AtomicInteger();
    private final AtomicBoolean isTaking = new AtomicBoolean();
    private Instant timerAt = Instant.MAX;
    private CenterScheduler.@Nullable Cancellable timer;

    /** Makes a watch that has not started. */
    public HeartbeatWatch(
            CenterScheduler scheduler, DetectionConfig config, SecondCheck secondCheck, Callbacks callbacks) {
        this.scheduler = scheduler;
        this.config = config;
        this.secondCheck = secondCheck;
        this.center = callbacks;
        this.tracker = new LivenessTracker(config);
    }

    /** Expects heartbeats of those who should send them. */
    public void start() {
        Instant now = scheduler.now();
        if (config.expectsEveryHost()) {
            center.inventory().hosts().stream()
                    .map(Host::id)
                    .forEach(host -> tracker.watch(new FaultSubject.OfHost(host), now));
        }
        if (config.expectsEveryVm()) {
            center.inventory().vms().stream()
                    .map(VirtualMachine::id)
                    .forEach(vm -> tracker.watch(new FaultSubject.OfVm(vm), now));
        }
        schedule();
    }

    /** Takes a heartbeat. Safe from any thread. */
    public void heartbeat(Heartbeat beat) {
        if (waiting.incrementAndGet() > MOST_WAITING) {
            waiting.decrementAndGet();
        } else {
            arrivals.add(new Arrival(beat, scheduler.now()));
        }
        takeSoon();
    }

    private void takeSoon() {
        if (isTaking.compareAndSet(false, true)) {
            try {
                scheduler.execute(this::takeArrivals);
            } catch (Throwable notHanded) {
                // Else nobody would ever take them.
                isTaking.set(false);
                throw notHanded;
            }
        }
    }

    private void takeArrivals() {
        boolean isActing = center.isActing();
        for (int i = 0; i < BEATS_AT_ONCE; i++) {
            Arrival next = arrivals.poll();
            if (next == null) {
                break;
            }
            waiting.decrementAndGet();
            if (isActing && isKnown(next.beat().subject())) {
                act(tracker.heartbeat(next.beat(), next.at()));
                next.beat().subject().asVm().ifPresent(center::heard);
            }
        }
        isTaking.set(false);
        if (!arrivals.isEmpty()) {
            takeSoon();
        }
        schedule();
    }

    /** How many heartbeats wait for the loop. */
    int waiting() {
        return arrivals.size();
    }

    private boolean isKnown(FaultSubject subject) {
        return subject.isIn(center.inventory());
    }

    /** Sets the timer for the next check, unless it is set for then or sooner. */
    private void schedule() {
        Optional<Instant> next = tracker.nextCheck();
        if (next.isEmpty() || !next.get().isBefore(timerAt) || !center.isActing()) {
            return;
        }
        if (timer != null) {
            timer.cancel();
        }
        timerAt = next.get();
        Duration wait = Duration.between(scheduler.now(), timerAt);
        timer = scheduler.schedule(wait.isNegative() ? Duration.ZERO : wait, this::check);
    }

    private void check() {
        timerAt = Instant.MAX;
        if (center.isActing()) {
            act(tracker.check(center.inventory(), scheduler.now()));
            schedule();
        }
    }

    private void act(List<Finding> findings) {
        findings.forEach(finding -> finding.accept(new Finding.Visitor<Runnable>() {
                    @Override
                    public Runnable visitSuspected(Finding.Suspected suspected) {
                        return () -> suspect(suspected);
                    }

                    @Override
                    public Runnable visitSuspicionEnded(Finding.SuspicionEnded ended) {
                        return () -> clear(ended);
                    }

                    @Override
                    public Runnable visitAsked(Finding.Asked asked) {
                        return () -> ask(asked);
                    }

                    @Override
                    public Runnable visitReported(Finding.Reported reported) {
                        return () -> center.report(reported.report());
                    }
                })
                .run());
    }

    /** A suspect is no target; whatever else became of it stays. */
    private void suspect(Finding.Suspected suspected) {
        center.publish(new HaEvent.Suspected(scheduler.now(), suspected.subject(), suspected.lastHeard()));
        mark(suspected.subject(), true);
    }

    private void clear(Finding.SuspicionEnded ended) {
        center.publish(new HaEvent.SuspicionEnded(scheduler.now(), ended.subject()));
        mark(ended.subject(), false);
    }

    private void mark(FaultSubject subject, boolean isSuspect) {
        subject.asVm().ifPresent(id -> center.suspected(id, isSuspect));
    }

    /** The tracker bounds how many are asked at a time; whatever comes of it, it is told, so that the slot is free again. */
    private void ask(Finding.Asked question) {
        SecondLook[] answer = {SecondLook.UNKNOWN};
        scheduler.call(
                () -> answer[0] = Objects.requireNonNull(
                        secondCheck.look(question.vm(), question.host(), config.secondCheckDeadline()),
                        "a second check answered with null"),
                thrown -> {
                    thrown.ifPresent(failed -> UserCode.log(LOG, "a second check failed", failed));
                    List<Finding> findings = tracker.answered(question, answer[0], center.inventory(), scheduler.now());
                    if (center.isActing()) {
                        act(findings);
                        schedule();
                    }
                });
    }
}
