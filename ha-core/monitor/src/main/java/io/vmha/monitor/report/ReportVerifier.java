package io.vmha.monitor.report;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/**
 * Tells genuine messages from others. Thread-safe: what it remembers is one number for each key of each VM that has signed a
 * message, of a few keys of each, in a concurrent map. Whoever has no key adds nothing to it.
 */
final class ReportVerifier {
    /** More than a VM has while its key is changed. */
    private static final int LIVES = 4;

    private static final long MICROS_A_MILLI = 1_000;

    private final String name;
    private final ReportKeys keys;
    private final Duration window;
    private final InstantSource clock;
    private final ReportKey nobodysKey;
    private final ConcurrentHashMap<VmName, List<Life>> lives = new ConcurrentHashMap<>();

    ReportVerifier(String name, ReportKeys keys, Duration window, InstantSource clock) {
        this.name = name;
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
     * @param key what signs it, and the answers to it
     * @param mac its signature
     */
    record Verified(ReportMessage message, ReportKey key, String mac) {
        /** An answer that its sender can rely on. */
        ReceiverAnswer answer(int status) {
            return ReceiverAnswer.signed(status, ReportFormat.answer(key, status, mac));
        }
    }

    /** What a VM sent last with one key: with another its numbers begin again. */
    private record Life(ReportKey key, long last) {}

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
        if (!message.receiver().equals(name)) {
            throw new RefusedException(Refusal.WRONG_RECEIVER);
        }
        checkTime(message);
        checkNew(message, key);
        return new Verified(message, key, read.mac());
    }

    private void checkTime(ReportMessage message) throws RefusedException {
        Instant sentAt = message.sentAt();
        boolean isInWindow = Duration.between(sentAt, clock.instant()).abs().compareTo(window) <= 0;
        // A number that lies in the future would lock out all that the VM sends until then.
        long latest = sentAt.plus(window).toEpochMilli();
        boolean isNumberedByTime =
                message.sequence() / MICROS_A_MILLI <= latest && message.report() / MICROS_A_MILLI <= latest;
        if (!isInWindow || !isNumberedByTime) {
            throw new RefusedException(Refusal.OUTSIDE_TIME_WINDOW);
        }
    }

    private void checkNew(ReportMessage message, ReportKey key) throws RefusedException {
        boolean[] isNew = new boolean[1];
        lives.compute(message.vm(), (vm, before) -> {
            List<Life> known = before == null ? List.of() : before;
            isNew[0] = known.stream().noneMatch(life -> life.key().isSameAs(key) && message.sequence() <= life.last());
            return isNew[0] ? with(known, new Life(key, message.sequence())) : known;
        });
        if (!isNew[0]) {
            throw new RefusedException(Refusal.REPLAYED);
        }
    }

    /** The latest first: what falls off at the end is of keys that others have taken the place of. */
    private static List<Life> with(List<Life> before, Life latest) {
        return Stream.concat(
                        Stream.of(latest),
                        before.stream().filter(life -> !life.key().isSameAs(latest.key())))
                .limit(LIVES)
                .toList();
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
