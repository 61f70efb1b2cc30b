package io.vmha.center.internal;

import io.vmha.center.event.HaEvent;
import io.vmha.center.event.HaListener;
import io.vmha.center.schedule.CenterScheduler;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
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

    private final class Mailbox {
        private final HaListener listener;
        private Deque<HaEvent> waiting = new ArrayDeque<>();
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
            if (delivering || waiting.isEmpty()) {
                return;
            }
            if (lost > 0) {
                LOG.warn("listener {} fell behind and lost {} events", listener, lost);
                lost = 0;
            }
            delivering = true;
            Deque<HaEvent> batch = waiting;
            try {
                waiting = new ArrayDeque<>();
                scheduler.call(() -> batch.forEach(this::deliver), thrown -> {
                    delivering = false;
                    deliver();
                });
            } catch (Throwable notHanded) {
                // Else the listener would hear nothing any more.
                waiting = batch;
                delivering = false;
                throw notHanded;
            }
        }

        private void deliver(HaEvent event) {
            try {
                listener.onEvent(event);
            } catch (Throwable thrown) {
                LOG.error("a listener failed on {}", event, thrown);
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

    void publish(HaEvent event) {
        flightRecorder.onEvent(event);
        mailboxes.forEach(mailbox -> mailbox.add(event));
    }
}
