package io.vmha.monitor.report;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

/** Signs messages, and sends each to all centers at once. Immutable. */
final class CenterChannel {
    private static final int MAX_DETAIL_CHARACTERS = ReportFormat.MAX_DETAIL_BYTES / 4;

    private final String receiver;
    private final VmName vm;
    private final ReportKey key;
    private final List<URI> centers;
    private final HttpClient client;
    private final Duration timeout;

    CenterChannel(String receiver, VmName vm, ReportKey key, List<URI> centers, HttpClient client, Duration timeout) {
        this.receiver = receiver;
        this.vm = vm;
        this.key = key;
        this.centers = List.copyOf(centers);
        this.client = client;
        this.timeout = timeout;
    }

    /** What one message says, apart from who says it. The components are those of {@link ReportMessage}. */
    record Content(
            long sequence,
            Instant sentAt,
            long report,
            Optional<GuestFault> kind,
            boolean isAdvisory,
            Instant observedAt,
            String detail) {}

    /** Returns the text as a message may hold it: short, and of plain characters. */
    static String printable(String text) {
        StringBuilder printable = new StringBuilder();
        text.codePoints()
                .limit(MAX_DETAIL_CHARACTERS)
                .map(c -> Character.getType(c) == Character.SURROGATE ? '?' : c)
                .map(c -> ReportFormat.isPlain(c) ? c : ' ')
                .forEach(printable::appendCodePoint);
        return printable.toString();
    }

    /** What the centers say of a message, by answers that are signed with its key. In the order of what counts for more. */
    enum Verdict {
        /** A center took it in. */
        CONFIRMED,
        /** A center says that it is stale. */
        STALE,
        /** A center does not know the VM. */
        UNKNOWN_VM,
        /** None said anything in time that can be relied on. */
        NONE
    }

    /**
     * Sends a message; says that it is confirmed as soon as one center confirmed it, and otherwise what counts most of what was
     * said once all have answered or the time is over. Never fails.
     */
    CompletionStage<Verdict> send(Content content) {
        byte[] unsigned = ReportFormat.unsigned(new ReportMessage(
                receiver,
                vm,
                key.id(),
                content.sequence(),
                content.sentAt(),
                content.report(),
                content.kind(),
                content.isAdvisory(),
                content.observedAt(),
                content.detail()));
        String mac = ReportFormat.mac(key, unsigned, unsigned.length);
        String body = new String(unsigned, StandardCharsets.UTF_8) + ReportFormat.macLine(mac);
        CompletableFuture<Verdict> all = new CompletableFuture<>();
        AtomicInteger open = new AtomicInteger(centers.size());
        AtomicReference<Verdict> most = new AtomicReference<>(Verdict.NONE);
        for (URI center : centers) {
            ask(center, body, mac).whenComplete((said, failed) -> {
                if (failed == null) {
                    most.accumulateAndGet(said, (one, other) -> one.compareTo(other) < 0 ? one : other);
                }
                if (open.decrementAndGet() == 0 || most.get() == Verdict.CONFIRMED) {
                    all.complete(most.get());
                }
            });
        }
        return all;
    }

    private CompletionStage<Verdict> ask(URI center, String body, String mac) {
        HttpRequest request = HttpRequest.newBuilder(center)
                .timeout(timeout)
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build();
        CompletableFuture<HttpResponse<Void>> answer =
                client.sendAsync(request, HttpResponse.BodyHandlers.discarding());
        // The request's own time-out ends with the headers; a body without end must not hold the channel.
        return answer.thenApply(response -> verdict(response, mac))
                .completeOnTimeout(Verdict.NONE, timeout.toMillis(), TimeUnit.MILLISECONDS)
                .whenComplete((said, failed) -> answer.cancel(true));
    }

    private Verdict verdict(HttpResponse<?> response, String mac) {
        String expected = ReportFormat.answer(key, response.statusCode(), mac);
        boolean isSigned = response.headers()
                .firstValue(ReceiverAnswer.HEADER)
                .map(value -> MessageDigest.isEqual(
                        value.getBytes(StandardCharsets.UTF_8), expected.getBytes(StandardCharsets.UTF_8)))
                .orElse(false);
        if (!isSigned) {
            return Verdict.NONE;
        }
        return switch (response.statusCode()) {
            case ReceiverAnswer.TAKEN -> Verdict.CONFIRMED;
            case ReceiverAnswer.STALE -> Verdict.STALE;
            case ReceiverAnswer.UNKNOWN_VM -> Verdict.UNKNOWN_VM;
            default -> Verdict.NONE;
        };
    }
}
