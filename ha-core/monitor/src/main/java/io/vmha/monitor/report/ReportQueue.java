package io.vmha.monitor.report;

import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * The reports, or the advisories, that no center confirmed yet, the oldest first: one is sent at a time. Confined to a reporter's
 * loop.
 */
final class ReportQueue {
    private final int most;
    private final boolean isAdvisory;
    private final Deque<Waiting> waiting = new ArrayDeque<>();
    private boolean underWay;
    private boolean paused;
    private int failures;

    ReportQueue(int most, boolean isAdvisory) {
        this.most = most;
        this.isAdvisory = isAdvisory;
    }

    /** What is told, and who waits for it. */
    static final class Waiting {
        private final GuestFault kind;
        private final String detail;
        private final Instant observedAt;
        private long report;
        private final List<CompletableFuture<Boolean>> confirmed = new ArrayList<>();

        Waiting(GuestFault kind, String detail, Instant observedAt, long report, CompletableFuture<Boolean> confirmed) {
            this.kind = kind;
            this.detail = detail;
            this.observedAt = observedAt;
            this.report = report;
            this.confirmed.add(confirmed);
        }

        GuestFault kind() {
            return kind;
        }

        String detail() {
            return detail;
        }

        Instant observedAt() {
            return observedAt;
        }

        long report() {
            return report;
        }

        void number(long other) {
            report = other;
        }
    }

    boolean isAdvisory() {
        return isAdvisory;
    }

    boolean isEmpty() {
        return waiting.isEmpty();
    }

    boolean isUnderWay() {
        return underWay;
    }

    /** Where very many wait, one of a kind that waits already shares the fate of that one. */
    boolean share(GuestFault kind, CompletableFuture<Boolean> confirmed) {
        Optional<Waiting> same = waiting.size() < most
                ? Optional.empty()
                : waiting.stream().filter(one -> one.kind == kind).findFirst();
        same.ifPresent(one -> one.confirmed.add(confirmed));
        return same.isPresent();
    }

    void add(Waiting last) {
        waiting.add(last);
    }

    /** Returns the one to send now, if any is. */
    Optional<Waiting> due() {
        return underWay || paused ? Optional.empty() : Optional.ofNullable(waiting.peek());
    }

    /** The one that is due is being sent. */
    void begin() {
        underWay = true;
    }

    /** The one that was sent is not sent again. */
    void ended(boolean isConfirmed) {
        underWay = false;
        failures = 0;
        waiting.remove().confirmed.forEach(stage -> stage.complete(isConfirmed));
    }

    /** The one that was sent is sent again after a pause; returns how many times on end it was like that. */
    int failed() {
        underWay = false;
        paused = true;
        return ++failures;
    }

    /** The pause is over. */
    void resume() {
        paused = false;
    }
}
