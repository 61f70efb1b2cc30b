package io.vmha.libvirt;

import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Decides whether a guest that looks hung may be reported, by how many others look so too. Thread-safe.
 *
 * <p>Guests hang one at a time. Where many fall silent together it is what they share that fails, be it a network, a
 * storage or the watcher, and none of them is helped by being powered off: none is reported as long as it is so.
 */
final class HangJudge {
    private static final Logger LOG = LoggerFactory.getLogger(HangJudge.class);

    private final double most;
    private final Map<UUID, State> guests = new ConcurrentHashMap<>();
    private volatile boolean withholding;

    private enum State {
        ALIVE,
        SUSPECT,
        REPORTED
    }

    /**
     * Makes a judge who knows no guest.
     *
     * @param most the share of the guests that may look hung at once, 0 to 1; one guest always may
     */
    HangJudge(double most) {
        this.most = most;
    }

    /**
     * Takes what a look at a guest said; whether it is to be reported as hung now.
     *
     * @param watched whether its agent has answered, so that it is one of the guests that are watched
     * @param suspect whether a hang may have begun
     * @param hung whether it looks hung
     */
    boolean mayReport(UUID domain, boolean watched, boolean suspect, boolean hung) {
        if (!watched) {
            guests.remove(domain);
            return false;
        }
        if (!suspect && !hung) {
            guests.put(domain, State.ALIVE);
            return false;
        }
        State before = guests.merge(domain, State.SUSPECT, (old, now) -> old == State.REPORTED ? old : now);
        if (!hung || before == State.REPORTED) {
            return false;
        }
        long suspects =
                guests.values().stream().filter(state -> state == State.SUSPECT).count();
        boolean tooMany = suspects > Math.max(1, (long) (most * guests.size()));
        if (tooMany != withholding) {
            withholding = tooMany;
            LOG.warn(
                    "{} of {} watched guests look hung: {}",
                    suspects,
                    guests.size(),
                    tooMany ? "none is reported, since they do not hang each by itself" : "reported one by one again");
        }
        if (!tooMany) {
            guests.put(domain, State.REPORTED);
        }
        return !tooMany;
    }

    /** Forgets all other guests. */
    void retain(Set<UUID> present) {
        guests.keySet().retainAll(present);
    }

    /** Forgets a guest that is off, was started anew, or cannot be looked at. */
    void forget(UUID domain) {
        guests.remove(domain);
    }
}
