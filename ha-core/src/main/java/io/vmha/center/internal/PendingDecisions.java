package io.vmha.center.internal;

import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;

/** All that somebody waits for, so that no one waits for a center that has ended. Thread-safe. */
final class PendingDecisions {
    private final Set<PendingDecision> open = ConcurrentHashMap.newKeySet();
    /** Changes that are made, and not written down yet. */
    private final Map<Object, CompletableFuture<?>> changes = new ConcurrentHashMap<>();
    /** Questions, which are answered as well once the center does not act any more, but not once it is closed. */
    private final Map<Object, CompletableFuture<?>> questions = new ConcurrentHashMap<>();

    PendingDecision add() {
        PendingDecision pending = new PendingDecision();
        open.add(pending);
        CompletableFuture<?> unused = CompletableFuture.allOf(pending.recorded(), pending.ended())
                .whenComplete((done, thrown) -> open.remove(pending));
        return pending;
    }

    <T> CompletableFuture<T> addChange() {
        return kept(changes);
    }

    <T> CompletableFuture<T> addQuestion() {
        return kept(questions);
    }

    private static <T> CompletableFuture<T> kept(Map<Object, CompletableFuture<?>> where) {
        CompletableFuture<T> answer = new CompletableFuture<>();
        Object key = new Object();
        where.put(key, answer);
        CompletableFuture<?> unused = answer.whenComplete((done, thrown) -> where.remove(key));
        return answer;
    }

    /** The center acts no more: nothing is decided or changed. */
    void failAll(RuntimeException why) {
        open.forEach(pending -> pending.fail(why));
        changes.values().forEach(change -> change.completeExceptionally(why));
    }

    /** The center is closed: nothing is answered either. */
    void closed(RuntimeException why) {
        failAll(why);
        questions.values().forEach(question -> question.completeExceptionally(why));
    }
}
