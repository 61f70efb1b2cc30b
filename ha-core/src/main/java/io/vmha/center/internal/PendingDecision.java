package io.vmha.center.internal;

import io.vmha.center.event.DecisionOutcome;
import io.vmha.policy.Decision;
import java.util.concurrent.CompletableFuture;

/**
 * What somebody waits for who asked a center to decide. Thread-safe.
 *
 * @param recorded completes when the decision would survive a crash
 * @param ended completes when its plan came to its end
 */
public record PendingDecision(CompletableFuture<Decision> recorded, CompletableFuture<DecisionOutcome> ended) {
    PendingDecision() {
        this(new CompletableFuture<>(), new CompletableFuture<>());
    }

    void end(DecisionOutcome outcome) {
        recorded.complete(outcome.decision());
        ended.complete(outcome);
    }

    void fail(Throwable thrown) {
        recorded.completeExceptionally(thrown);
        ended.completeExceptionally(thrown);
    }
}
