package io.vmha.monitor.report;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import com.google.common.primitives.Bytes;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Tag;

/** Jazzer looks for bytes that get past the parser or the verifier: {@code mvn -Pfull -pl ha-core test}. */
@Tag("fuzz")
class ReportFuzzTest {
    private static final Instant NOW = Instant.ofEpochMilli(1_700_000_000_000L);
    private static final VmName MW1 = VmName.of("mw1");
    private static final ReportKey KEY = ReportKey.of("k1", new byte[32]);

    private final FaultReportReceiver receiver = FaultReportReceiver.builder()
            .name("center")
            .keys(ReportKeys.of(Map.of(MW1, List.of(KEY))))
            .clock(InstantSource.fixed(NOW))
            .listener(report -> CompletableFuture.completedFuture(ReportOutcome.WRITTEN_DOWN))
            .build();

    @FuzzTest(maxDuration = "1m")
    void nothingForgedIsTakenAndWhatCanBeReadHasOneFormOnly(byte[] bytes) throws RefusedException {
        ReceiverAnswer answer =
                receiver.receive("192.0.2.1", bytes).toCompletableFuture().join();
        assertThat(answer.status()).isIn(400, 403, 409, 413, 421, 429);
        assertThat(answer.signature()).isEmpty();

        byte[] signed = Bytes.concat(
                bytes,
                ReportFormat.macLine(ReportFormat.mac(KEY, bytes, bytes.length)).getBytes(US_ASCII));
        ReportFormat.Read read;
        try {
            read = ReportFormat.read(signed);
        } catch (RefusedException refused) {
            return;
        }
        assertThat(ReportFormat.unsigned(read.message()))
                .as(() -> new String(bytes, UTF_8))
                .isEqualTo(Arrays.copyOf(signed, read.signedLength()));
    }
}
