package io.vmha.center.internal;

import io.vmha.center.event.DecisionOutcome;
import io.vmha.center.internal.execution.UserCode;
import io.vmha.center.schedule.CenterScheduler;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hands what any thread asks to the loop, and what comes of it to the one who waits: the answer, what was thrown, or that there is no loop
 * any more. Thread-safe.
 */
final class LoopCalls {
    private static final Logger LOG = LoggerFactory.getLogger(LoopCalls.class);

    private final CenterLoop center;
    private final CenterScheduler scheduler;
    private final PendingDecisions pendings;

    LoopCalls(CenterLoop center, CenterScheduler scheduler, PendingDecisions pendings) {
        this.center = center;
        this.scheduler = scheduler;
        this.pendings = pendings;
    }

    /** Hands a task to the loop; what it throws, and that there is no loop any more, goes to the one who waits. */
    <T> CompletionStage<T> ask(Supplier<T> question) {
        CompletableFuture<T> answer = pendings.addQuestion();
        hand(answer::completeExceptionally, () -> answer.complete(question.get()));
        return answer;
    }

    /** A change of which somebody waits until it is written down. */
    <T> CompletableFuture<T> change() {
        return pendings.addChange();
    }

    /** Hands a task to the loop of which somebody waits for the decision. */
    CompletionStage<DecisionOutcome> decide(Consumer<PendingDecision> task) {
        PendingDecision pending = pendings.add();
        hand(pending::fail, () -> {
            center.life().checkActing();
            task.accept(pending);
        });
        return pending.ended();
    }

    /** Looks at how things are, also once the center does not act any more. */
    <T> CompletionStage<T> look(Supplier<T> question) {
        CompletableFuture<T> answer = pendings.addQuestion();
        try {
            scheduler.execute(() -> {
                try {
                    answer.complete(question.get());
                } catch (Throwable thrown) {
                    answer.completeExceptionally(thrown);
                }
            });
        } catch (RejectedExecutionException closed) {
            answer.completeExceptionally(new IllegalStateException("the management center is closed", closed));
        }
        return answer;
    }

    private void hand(Consumer<Throwable> onFailure, Runnable task) {
        try {
            scheduler.execute(() -> {
                Optional<IllegalStateException> ended = center.life().ended();
                if (ended.isPresent()) {
                    onFailure.accept(ended.get());
                    return;
                }
                try {
                    task.run();
                } catch (RuntimeException thrown) {
                    onFailure.accept(thrown);
                } catch (Error thrown) {
                    UserCode.log(LOG, "a task on the management center's loop failed", thrown);
                    onFailure.accept(thrown);
                }
                center.run(() -> {});
            });
        } catch (RejectedExecutionException closed) {
            onFailure.accept(new IllegalStateException("the management center is closed", closed));
        }
    }
}
