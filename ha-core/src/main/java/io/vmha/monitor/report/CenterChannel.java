package io.vmha.monitor.report;

import com.google.common.collect.ImmutableList;
import io.vmha.fault.FaultKind;
import io.vmha.model.VmId;
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

/** Signs messages, and sends each to all centers at once. Immutable. */
final class CenterChannel {
    private static final int MAX_DETAIL_CHARACTERS = ReportFormat.MAX_DETAIL_BYTES / 4;

    private final VmId vm;
    private final ReportKey key;
    private final List<URI> centers;
    private final HttpClient client;
    private final Duration timeout;

    CenterChannel(VmId vm, ReportKey key, List<URI> centers, HttpClient client, Duration timeout) {
        this.vm = vm;
        this.key = key;
        this.centers = ImmutableList.copyOf(centers);
        this.client = client;
        this.timeout = timeout;
    }

    /** What one message says, apart from who says it. The components are those of {@link ReportMessage}. */
    record Content(
            long sequence, Instant sentAt, long report, Optional<FaultKind> kind, Instant observedAt, String detail) {}

    /** Returns the text as a message may hold it: short, and without control characters and halves of characters. */
    static String printable(String text) {
        StringBuilder printable = new StringBuilder();
        text.codePoints()
                .limit(MAX_DETAIL_CHARACTERS)
                .map(c -> Character.isISOControl(c) ? ' ' : c)
                .map(c -> Character.getType(c) == Character.SURROGATE ? '?' : c)
                .forEach(printable::appendCodePoint);
        return printable.toString();
    }

    /** Sends a message; says true as soon as one center confirmed, and false when none did in time. Never fails. */
    CompletionStage<Boolean> send(Content content) {
        byte[] unsigned = ReportFormat.unsigned(new ReportMessage(
                vm,
                key.id(),
                content.sequence(),
                content.sentAt(),
                content.report(),
                content.kind(),
                content.observedAt(),
                content.detail()));
        String mac = ReportFormat.mac(key, unsigned, unsigned.length);
        String body = new String(unsigned, StandardCharsets.UTF_8) + ReportFormat.macLine(mac);
        String confirmation = ReportFormat.confirmation(key, mac);
        CompletableFuture<Boolean> any = new CompletableFuture<>();
        AtomicInteger open = new AtomicInteger(centers.size());
        for (URI center : centers) {
            ask(center, body, confirmation).whenComplete((confirmed, failed) -> {
                if (failed == null && confirmed) {
                    any.complete(true);
                }
                if (open.decrementAndGet() == 0) {
                    any.complete(false);
                }
            });
        }
        return any;
    }

    private CompletionStage<Boolean> ask(URI center, String body, String confirmation) {
        HttpRequest request = HttpRequest.newBuilder(center)
                .timeout(timeout)
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build();
        CompletableFuture<HttpResponse<Void>> answer =
                client.sendAsync(request, HttpResponse.BodyHandlers.discarding());
        // The request's own time-out ends with the headers; a body without end must not hold the channel.
        return answer.thenApply(response -> isConfirmed(response, confirmation))
                .completeOnTimeout(false, timeout.toMillis(), TimeUnit.MILLISECONDS)
                .whenComplete((confirmed, failed) -> answer.cancel(true));
    }

    private static boolean isConfirmed(HttpResponse<?> response, String confirmation) {
        return response.statusCode() == 200
                && response.headers()
                        .firstValue(ReceiverAnswer.HEADER)
                        .map(value -> MessageDigest.isEqual(
                                value.getBytes(StandardCharsets.UTF_8), confirmation.getBytes(StandardCharsets.UTF_8)))
                        .orElse(false);
    }
}
