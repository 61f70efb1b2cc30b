package io.vmha.monitor.report;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;

/** How much is taken from one source and from all together: token buckets of one second's messages. Thread-safe. */
final class MessageRates {
    static final int UNLIMITED = Integer.MAX_VALUE;
    private static final int MAX_SOURCES = 10_000;

    private final InstantSource clock;
    private final Bucket overall;
    private final int perSource;
    /** Guarded by itself. Those who were heard last: a source that is forgotten begins with a full bucket, as a new one does. */
    private final Map<String, Bucket> bySource = new LinkedHashMap<>(16, 0.75F, true) {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Bucket> eldest) {
            return size() > MAX_SOURCES;
        }
    };

    MessageRates(int perSource, int overall, InstantSource clock) {
        this.clock = clock;
        this.overall = new Bucket(overall, clock.instant());
        this.perSource = perSource;
    }

    /** Whether one more message is taken. What a source sends too much does not use up what the others may send. */
    boolean allow(String source) {
        Instant now = clock.instant();
        return bucket(source, now).take(now) && overall.take(now);
    }

    private Bucket bucket(String source, Instant now) {
        synchronized (bySource) {
            return bySource.computeIfAbsent(source, unheard -> new Bucket(perSource, now));
        }
    }

    /** Guarded by itself. */
    private static final class Bucket {
        private final int perSecond;
        private double tokens;
        private Instant filled;

        Bucket(int perSecond, Instant now) {
            this.perSecond = perSecond;
            this.tokens = perSecond;
            this.filled = now;
        }

        synchronized boolean take(Instant now) {
            long millis =
                    Math.max(0, Math.min(1000, Duration.between(filled, now).toMillis()));
            if (millis > 0 || now.isBefore(filled)) {
                tokens = Math.min(perSecond, tokens + perSecond * (millis / 1000.0));
                filled = now;
            }
            if (tokens < 1) {
                return false;
            }
            tokens--;
            return true;
        }
    }
}
