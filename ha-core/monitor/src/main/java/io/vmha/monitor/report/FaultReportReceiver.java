package io.vmha.monitor.report;

import static io.vmha.monitor.internal.Checks.checkArgument;
import static io.vmha.monitor.internal.Checks.checkState;

import java.time.Duration;
import java.time.InstantSource;
import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes messages of monitors, and hands on those that are genuine. Thread-safe.
 *
 * <p>It is a plain function from a message's bytes to an answer, for any web framework; {@link ReportServer} serves it on the
 * JDK's own HTTP server. A machine can speak only of itself: it signs with a key of its own, and the id that it names is
 * signed with the rest. Refused are messages that are unsigned, altered, sent before, or sent outside the time window, or that
 * are meant for another receiver. Each is verified, which takes less time than to receive it, so that whoever sends forged ones uses up nothing of what
 * genuine ones may have: neither those of other sources nor those that come by the same address.
 *
 * <p>What was sent before is remembered in memory: a message can be sent again to a receiver that was started anew, within
 * the time window. The report then has the number that it had, and a center ignores it as a duplicate.
 */
public final class FaultReportReceiver {
    private static final Logger LOG = LoggerFactory.getLogger(FaultReportReceiver.class);

    private final ReportVerifier verifier;
    private final MessageRates refusals;
    private final MessageRates genuine;
    private final MessageRates logRate;
    private final ReportListener listener;
    private final OpenReports reports;
    private final Duration answerWait;
    private final Map<Refusal, AtomicLong> refused = new EnumMap<>(Refusal.class);

    private FaultReportReceiver(Builder settings, String name, ReportKeys keys, ReportListener listener) {
        this.verifier = new ReportVerifier(name, keys, settings.window, settings.clock);
        this.refusals = new MessageRates(settings.refusedPerSource, MessageRates.UNLIMITED, settings.clock);
        this.genuine = new MessageRates(settings.perMachine, settings.overall, settings.clock);
        this.logRate = new MessageRates(1, Refusal.values().length, settings.clock);
        this.listener = listener;
        this.reports = new OpenReports(listener);
        this.answerWait = settings.answerWait;
        for (Refusal refusal : Refusal.values()) {
            refused.put(refusal, new AtomicLong());
        }
    }

    /** Returns a builder with safe defaults. */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * Takes one message. Does not block.
     *
     * @param source where it came from, such as the sender's address: for limits and the log
     * @param body the message; one byte more than is allowed is enough of one that is too long
     * @return what to answer, within the time to wait for the listener; never exceptionally
     */
    public CompletionStage<ReceiverAnswer> receive(String source, byte[] body) {
        try {
            ReportVerifier.Verified verified = verifier.verify(body);
            if (!genuine.allow(verified.message().vm().value())) {
                throw new RefusedException(Refusal.TOO_MANY);
            }
            return take(verified);
        } catch (RefusedException e) {
            count(e.refusal(), source);
            Refusal told = mayExplain(source) ? e.refusal() : Refusal.TOO_MANY;
            return CompletableFuture.completedFuture(ReceiverAnswer.refused(told));
        }
    }

    /** Whether a request that is no message may still be answered by what is wrong with it. */
    boolean mayExplain(String source) {
        return refusals.allow(source);
    }

    /** How many messages were refused since it was made, by reason; every reason is in it. */
    public Map<Refusal, Long> refused() {
        Map<Refusal, Long> counts = new EnumMap<>(Refusal.class);
        refused.forEach((refusal, count) -> counts.put(refusal, count.get()));
        return Collections.unmodifiableMap(counts);
    }

    /** Counts, and logs, a message that was refused before it came here. */
    void count(Refusal refusal, String source) {
        long count = refused.getOrDefault(refusal, new AtomicLong()).incrementAndGet();
        if (logRate.allow(refusal.name())) {
            LOG.warn("Message from {} refused: {} ({} so far)", source, refusal, count);
        }
    }

    private CompletionStage<ReceiverAnswer> take(ReportVerifier.Verified verified) {
        ReportMessage message = verified.message();
        if (message.kind().isEmpty()) {
            return CompletableFuture.completedFuture(heard(verified));
        }
        GuestFault kind = message.kind().get();
        LOG.info("{} {} {}: {}", message.vm(), message.isAdvisory() ? "advises of" : "reports", kind, message.detail());
        // With another key its numbers may begin again, which is another source to whoever follows them.
        String source = "monitor:" + message.vm() + "/" + message.keyId();
        return reports.take(
                        new GuestReport(message.vm(), kind, message.observedAt(), source, message.report()),
                        message.isAdvisory())
                .completeOnTimeout(ReportOutcome.NOT_TAKEN, answerWait.toMillis(), TimeUnit.MILLISECONDS)
                .thenApply(outcome -> answer(verified, outcome));
    }

    private ReceiverAnswer heard(ReportVerifier.Verified verified) {
        ReportMessage message = verified.message();
        try {
            listener.heartbeat(message.vm(), message.sentAt());
            return verified.answer(ReceiverAnswer.TAKEN);
        } catch (RuntimeException failed) {
            LOG.warn("A heartbeat of {} was not taken in", message.vm(), failed);
            return ReceiverAnswer.notNow();
        }
    }

    private static ReceiverAnswer answer(ReportVerifier.Verified verified, ReportOutcome outcome) {
        return switch (outcome) {
            case WRITTEN_DOWN -> verified.answer(ReceiverAnswer.TAKEN);
            case STALE -> verified.answer(ReceiverAnswer.STALE);
            case UNKNOWN_VM -> verified.answer(ReceiverAnswer.UNKNOWN_VM);
            case NOT_TAKEN -> ReceiverAnswer.notNow();
        };
    }

    /** Builds a receiver. Not thread-safe. */
    public static final class Builder {
        private Optional<String> name = Optional.empty();
        private Optional<ReportKeys> keys = Optional.empty();
        private Optional<ReportListener> listener = Optional.empty();
        private Duration window = Duration.ofSeconds(30);
        private Duration answerWait = Duration.ofSeconds(5);
        private int refusedPerSource = 50;
        private int perMachine = 50;
        private int overall = 5000;
        private InstantSource clock = InstantSource.system();

        private Builder() {}

        /**
         * Sets what this receiver is called: a message for another name is refused, so that what one center was told means
         * nothing to another. Centers that stand in for each other have one name.
         *
         * @param receiver 1 to 64 letters, digits, dots, underscores and hyphens
         */
        public Builder name(String receiver) {
            checkArgument(
                    ReportKey.isId(receiver),
                    "name must be 1 to 64 letters, digits, dots, underscores or hyphens: %s",
                    receiver);
            name = Optional.of(receiver);
            return this;
        }

        /** Sets the machines' keys. */
        public Builder keys(ReportKeys machinesKeys) {
            keys = Optional.of(machinesKeys);
            return this;
        }

        /** Sets who is told. */
        public Builder listener(ReportListener whoIsTold) {
            listener = Optional.of(whoIsTold);
            return this;
        }

        /** Sets how far a machine's clock may be from this one's, more than 0. Default 30 seconds. */
        public Builder timeWindow(Duration most) {
            window = positive("timeWindow", most);
            return this;
        }

        /**
         * Sets how long the listener may take, more than 0. Default 5 seconds. Afterwards the machine is told to try again,
         * and its next try waits for the same outcome.
         */
        public Builder answerWait(Duration most) {
            answerWait = positive("answerWait", most);
            return this;
        }

        /**
         * Sets how many genuine messages a second are taken, each 1 or more. Defaults 50 of one machine, 5,000 of all. What
         * is beyond is answered 429, and its sender tries again.
         */
        public Builder rates(int ofOneMachine, int ofAll) {
            checkArgument(ofOneMachine >= 1 && ofAll >= 1, "rates must be 1 or more: %s, %s", ofOneMachine, ofAll);
            perMachine = ofOneMachine;
            overall = ofAll;
            return this;
        }

        /**
         * Sets how many messages of one source a second are told why they are refused, 1 or more; the others get 429. Default
         * 50.
         */
        public Builder refusalRate(int ofOneSource) {
            checkArgument(ofOneSource >= 1, "refusalRate must be 1 or more: %s", ofOneSource);
            refusedPerSource = ofOneSource;
            return this;
        }

        /** Sets the clock. Default the system's. */
        public Builder clock(InstantSource time) {
            clock = time;
            return this;
        }

        /**
         * Returns the receiver.
         *
         * @throws IllegalStateException if its name, keys or a listener are missing
         */
        public FaultReportReceiver build() {
            checkState(
                    name.isPresent() && keys.isPresent() && listener.isPresent(),
                    "a receiver needs a name, keys and a listener");
            return new FaultReportReceiver(this, name.orElseThrow(), keys.orElseThrow(), listener.orElseThrow());
        }

        private static Duration positive(String name, Duration duration) {
            checkArgument(!duration.isZero() && !duration.isNegative(), "%s must be more than 0: %s", name, duration);
            return duration;
        }
    }
}
