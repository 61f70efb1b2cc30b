package io.vmha.monitor.report;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.vmha.monitor.report.HttpRequestReader.BadRequestException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;

/** Jazzer looks for bytes that are read otherwise when they come in other pieces: {@code mvn -Pfull -pl ha-core test}. */
@Tag("fuzz")
class HttpRequestFuzzTest {
    private static final int MOST_HELD = HttpRequestReader.MAX_HEAD_BYTES + ReportFormat.MAX_BYTES;

    @FuzzTest(maxDuration = "1m")
    void whateverComesIsReadAlikeInOnePieceAndByteByByteAndHoldsLittle(byte[] bytes) {
        assertThat(read(bytes, 1)).isEqualTo(read(bytes, MOST_HELD));
    }

    private static List<String> read(byte[] bytes, int piece) {
        HttpRequestReader reader = new HttpRequestReader();
        List<String> requests = new ArrayList<>();
        try {
            for (int from = 0; from < bytes.length; ) {
                ByteBuffer room = reader.room();
                require(room.hasRemaining() && room.remaining() <= MOST_HELD);
                int length = Math.min(Math.min(piece, room.remaining()), bytes.length - from);
                room.put(bytes, from, length);
                reader.added(length);
                from += length;
                for (var next = reader.next(); next.isPresent(); next = reader.next()) {
                    require(next.get().body().length <= ReportFormat.MAX_BYTES);
                    requests.add(next.get().method()
                            + ' '
                            + next.get().path()
                            + ' '
                            + next.get().keepsAlive()
                            + ' '
                            + ByteBuffer.wrap(next.get().body()).hashCode());
                }
            }
        } catch (BadRequestException refused) {
            requests.add("refused with " + refused.status());
        }
        return requests;
    }

    /** Without what makes a failure readable, which would take most of the time here. */
    private static void require(boolean holds) {
        if (!holds) {
            throw new AssertionError("a buffer or a body is longer than it may be, or has no room");
        }
    }
}
