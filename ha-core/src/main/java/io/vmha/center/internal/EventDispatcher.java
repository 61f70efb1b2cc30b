package io.vmha.center.internal;

import io.vmha.center.event.HaEvent;
import io.vmha.center.event.HaListener;
import io.vmha.center.schedule.CenterScheduler;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hands events to listeners off the loop, to each in order and one at a time, so that one that blocks holds up itself only.
 *
 * <p>Confined to the center's loop, except for the calls to the listeners. A listener that falls behind by more than
 * 100,000 events loses the oldest.
 */
final class EventDispatcher {
    private static final Logger LOG = LoggerFactory.getLogger(EventDispatcher.class);
    private static final int MAX_WAITING = 100_000;
    private static final long MEMORY_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

    private final class Mailbox {
        private final HaListener listener;
        private Deque<HaEvent> waiting = new ArrayDeque<>();
        /** What is being delivered, or was not to its end. */
        private Deque<HaEvent> batch = new ArrayDeque<>();

        private boolean delivering;
        private long lost;

        private Mailbox(HaListener listener) {
            this.listener = listener;
        }

        private void add(HaEvent event) {
            waiting.addLast(event);
            if (waiting.size() > MAX_WAITING) {
                waiting.removeFirst();
                lost++;
            }
            deliver();
        }

        private void deliver() {
            if (delivering || (batch.isEmpty() && waiting.isEmpty())) {
                return;
            }
            if (lost > 0) {
                LOG.warn("listener {} fell behind and lost {} events", listener, lost);
                lost = 0;
            }
            delivering = true;
            try {
                if (batch.isEmpty()) {
                    Deque<HaEvent> next = new ArrayDeque<>();
                    batch = waiting;
                    waiting = next;
                }
                Deque<HaEvent> handed = batch;
                scheduler.call(() -> drain(handed), thrown -> delivered());
            } catch (Throwable notHanded) {
                // Else the listener would hear nothing any more.
                delivering = false;
                throw notHanded;
            }
        }

        /** Where there is no memory for the rest, it is tried until there is: that the center ended may be in it. */
        private void delivered() {
            delivering = false;
            while (true) {
                try {
                    deliver();
                    return;
                } catch (OutOfMemoryError full) {
                    LockSupport.parkNanos(MEMORY_PAUSE_NANOS);
                }
            }
        }

        /** Takes no memory of its own: what is not delivered stays. */
        private void drain(Deque<HaEvent> handed) {
            for (HaEvent event = handed.pollFirst(); event != null; event = handed.pollFirst()) {
                try {
                    listener.onEvent(event);
                } catch (Throwable thrown) {
                    warn("a listener failed on", event, thrown);
                }
            }
        }
    }

    private final JfrListener flightRecorder = new JfrListener();
    private final CenterScheduler scheduler;
    private final List<Mailbox> mailboxes;

    EventDispatcher(CenterScheduler scheduler, List<HaListener> listeners) {
        this.scheduler = scheduler;
        this.mailboxes = listeners.stream().map(Mailbox::new).toList();
    }

    /** Neither a recording nor a log that fails keeps an event from the listeners. */
    private static void warn(String what, HaEvent event, Throwable thrown) {
        try {
            LOG.error("{} {}", what, event, thrown);
        } catch (Throwable unheard) {
            // Nothing is left to say it to.
        }
    }

    void publish(HaEvent event) {
        try {
            flightRecorder.onEvent(event);
        } catch (Throwable unrecorded) {
            warn("the flight recorder failed on", event, unrecorded);
        }
        mailboxes.forEach(mailbox -> mailbox.add(event));
    }
}
