package io.vmha.monitor.report;

import io.vmha.model.VmId;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Tells genuine messages from others. Thread-safe: what it remembers is one number for each machine that has signed a
 * message, in a concurrent map.
 */
final class ReportVerifier {
    private final ReportKeys keys;
    private final Duration window;
    private final InstantSource clock;
    private final ReportKey nobodysKey;
    private final ConcurrentHashMap<VmId, Long> lastSequence = new ConcurrentHashMap<>();

    ReportVerifier(ReportKeys keys, Duration window, InstantSource clock) {
        this.keys = keys;
        this.window = window;
        this.clock = clock;
        byte[] random = new byte[ReportKey.MIN_BYTES];
        new SecureRandom().nextBytes(random);
        this.nobodysKey = ReportKey.of("nobody", random);
    }

    /**
     * A message that is genuine, fresh and new.
     *
     * @param message what it says
     * @param confirmation what its sender takes as the confirmation of it
     */
    record Verified(ReportMessage message, String confirmation) {}

    /** Verifies a message; the next call with the same bytes refuses them as replayed. */
    Verified verify(byte[] bytes) throws RefusedException {
        ReportFormat.Read read = ReportFormat.read(bytes);
        ReportMessage message = read.message();
        Optional<ReportKey> known = keys.find(message.vm(), message.keyId());
        // With an unknown key as much is computed, so that time does not tell which machines and keys there are.
        ReportKey key = known.orElse(nobodysKey);
        String mac = ReportFormat.mac(key, bytes, read.signedLength());
        boolean genuine = MessageDigest.isEqual(ascii(mac), ascii(read.mac()));
        if (known.isEmpty()) {
            throw new RefusedException(Refusal.UNKNOWN_KEY);
        }
        if (!genuine) {
            throw new RefusedException(Refusal.WRONG_SIGNATURE);
        }
        checkTime(message.sentAt());
        checkNew(message);
        return new Verified(message, ReportFormat.confirmation(key, read.mac()));
    }

    private void checkTime(Instant sentAt) throws RefusedException {
        if (Duration.between(sentAt, clock.instant()).abs().compareTo(window) > 0) {
            throw new RefusedException(Refusal.OUTSIDE_TIME_WINDOW);
        }
    }

    private void checkNew(ReportMessage message) throws RefusedException {
        boolean[] isNew = new boolean[1];
        lastSequence.compute(message.vm(), (vm, last) -> {
            isNew[0] = last == null || message.sequence() > last;
            return isNew[0] ? Long.valueOf(message.sequence()) : last;
        });
        if (!isNew[0]) {
            throw new RefusedException(Refusal.REPLAYED);
        }
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
