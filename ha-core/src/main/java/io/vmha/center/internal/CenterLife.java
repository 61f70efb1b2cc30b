package io.vmha.center.internal;

import io.vmha.center.event.HaEvent;
import io.vmha.center.internal.execution.ExecutorParts;
import io.vmha.center.internal.execution.UserCode;
import io.vmha.center.leader.NotLeaderException;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether a center acts: it leads and has not ended. It ends by being closed, by an error on its loop, and by losing its leadership; all
 * who wait are told. Confined to the center's loop, except {@link #stop} and {@link #closed}.
 */
public final class CenterLife {
    private static final Logger LOG = LoggerFactory.getLogger(CenterLife.class);
    private static final long MEMORY_PAUSE_NANOS = Duration.ofMillis(50).toNanos();

    private final CenterLoop center;
    private final ExecutorParts parts;
    private final PendingDecisions pendings;
    private final Optional<IllegalStateException> endedByError =
            Optional.of(new IllegalStateException("the management center ended by an error"));
    private volatile Optional<IllegalStateException> ended = Optional.empty();

    CenterLife(CenterLoop center, ExecutorParts parts, PendingDecisions pendings) {
        this.center = center;
        this.parts = parts;
        this.pendings = pendings;
    }

    /** Why it has ended; empty while it has not. Safe from any thread. */
    Optional<IllegalStateException> ended() {
        return ended;
    }

    /** Whether it leads and has not ended. Safe from any thread. */
    public boolean isActing() {
        return ended.isEmpty() && leads();
    }

    /**
     * Refuses to act where it must not.
     *
     * @throws IllegalStateException if it has ended or does not lead
     */
    void checkActing() {
        if (ended.isPresent()) {
            throw ended.get();
        }
        if (!leads()) {
            lostLeadership("its leadership says so");
            throw new NotLeaderException("this center does not lead in epoch " + parts.epoch() + " any more");
        }
    }

    private boolean leads() {
        OptionalLong epoch = parts.leadership().epoch();
        return epoch.isPresent() && epoch.getAsLong() == parts.epoch();
    }

    /** The loop cannot be trusted any more: the center ends, and all who wait are told. */
    public void failed(Throwable thrown) {
        if (ended.isPresent()) {
            LOG.debug("a task failed on the loop of a management center that has ended", thrown);
            return;
        }
        // Takes no memory, which may be what lacks.
        ended = endedByError;
        center.executor().stop();
        while (!isEndTold(thrown)) {
            LockSupport.parkNanos(MEMORY_PAUSE_NANOS);
        }
    }

    private boolean isEndTold(Throwable thrown) {
        try {
            IllegalStateException why = new IllegalStateException("the management center ended by an error", thrown);
            ended = Optional.of(why);
            UserCode.log(LOG, "the management center ends: an error on its loop", thrown);
            center.publish(new HaEvent.CenterEnded(center.now(), UserCode.describe(thrown)));
            pendings.failAll(why);
            return true;
        } catch (OutOfMemoryError full) {
            return false;
        }
    }

    /** This center does not lead any more. */
    void lostLeadership(String detail) {
        if (ended.isPresent()) {
            return;
        }
        NotLeaderException lost = new NotLeaderException(
                "this center does not lead any more: " + detail + "; the leader finishes the plans that are open");
        ended = Optional.of(lost);
        center.executor().stop();
        center.publish(new HaEvent.LeadershipLost(center.now(), parts.epoch(), detail));
        pendings.failAll(lost);
    }

    /** Starts nothing more. */
    public void stop() {
        if (ended.isEmpty()) {
            ended = Optional.of(new IllegalStateException("the management center is closed"));
        }
        center.executor().stop();
    }

    /** Tells who still waits that the center is closed. Once the loop has ended. */
    public void closed() {
        pendings.closed(ended.orElseGet(() -> new IllegalStateException("the management center is closed")));
    }
}
