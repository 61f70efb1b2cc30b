package io.vmha.center.internal;

import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;

/** All that somebody waits for, so that no one waits for a center that has ended. Thread-safe. */
final class PendingDecisions {
    private final Set<PendingDecision> open = ConcurrentHashMap.newKeySet();

    PendingDecision add() {
        PendingDecision pending = new PendingDecision();
        open.add(pending);
        CompletableFuture<?> unused = CompletableFuture.allOf(pending.recorded(), pending.ended())
                .whenComplete((done, thrown) -> open.remove(pending));
        return pending;
    }

    void failAll(RuntimeException why) {
        open.forEach(pending -> pending.fail(why));
    }
}
