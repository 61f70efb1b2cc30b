package io.vmha.monitor.report;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.vmha.monitor.report.HttpRequestReader.BadRequestException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HttpRequestReaderTest {
    private final HttpRequestReader reader = new HttpRequestReader();
    private final List<String> read = new ArrayList<>();

    /** Gives the bytes in pieces of that length. */
    private void give(String text, int piece) throws BadRequestException {
        byte[] bytes = text.getBytes(ISO_8859_1);
        for (int from = 0; from < bytes.length; ) {
            ByteBuffer room = reader.room();
            int length = Math.min(Math.min(piece, room.remaining()), bytes.length - from);
            room.put(bytes, from, length);
            reader.added(length);
            from += length;
            for (var next = reader.next(); next.isPresent(); next = reader.next()) {
                read.add(next.get().method() + " " + next.get().path() + " "
                        + (next.get().keepsAlive() ? "keep" : "close") + " "
                        + new String(next.get().body(), ISO_8859_1));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 7, 10_000})
    void requestsAreReadOneAfterTheOtherHoweverTheyAreCutUp(int piece) throws Exception {
        give(
                "POST /v1/report HTTP/1.1\r\nHost: c\r\ncontent-LENGTH:  3 \r\n\r\nabc"
                        + "GET /x HTTP/1.1\r\nConnection: close\r\n\r\n"
                        + "POST /y HTTP/1.0\r\nContent-Length: 0\r\n\r\n",
                piece);

        assertThat(read).containsExactly("POST /v1/report keep abc", "GET /x close ", "POST /y close ");
        assertThat(reader.hasBegun()).isFalse();
    }

    @Test
    void aSenderThatWaitsIsToldOnceToGoOn() throws Exception {
        give("POST /v1/report HTTP/1.1\r\nExpect: 100-Continue\r\nContent-Length: 3\r\n\r\n", 1000);
        assertThat(reader.mustAskToGoOn()).isTrue();
        assertThat(reader.mustAskToGoOn()).isFalse();
        give("abc", 1000);
        assertThat(read).containsExactly("POST /v1/report keep abc");
        assertThat(reader.mustAskToGoOn()).isFalse();
    }

    @ParameterizedTest
    @CsvSource({
        "400, 'POST /v1/report HTTP/1.1\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\n'",
        "400, 'POST /v1/report HTTP/1.1\r\nContent-Length : 3\r\n\r\n'",
        "400, 'POST /v1/report HTTP/1.1\r\nContent-Length: +3\r\n\r\n'",
        "400, 'POST /v1/report HTTP/1.1\r\nContent-Length: 3\n\r\n\r\n'",
        "400, 'POST /v1/report HTTP/1.1\r\nA: b\r\n folded: c\r\n\r\n'",
        "400, 'POST  /v1/report HTTP/1.1\r\n\r\n'",
        "400, 'POST /v1/report HTTP/2.0\r\n\r\n'",
        "400, '\r\n\r\n'",
        "411, 'POST /v1/report HTTP/1.1\r\n\r\n'",
        "411, 'POST /v1/report HTTP/1.1\r\nTransfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n'",
        "413, 'POST /v1/report HTTP/1.1\r\nContent-Length: 4097\r\n\r\n'",
    })
    void whatCouldBeReadInTwoWaysOrNotAtAllIsRefused(int status, String text) {
        assertThatExceptionOfType(BadRequestException.class)
                .isThrownBy(() -> give(text, 1))
                .satisfies(refused -> assertThat(refused.status()).isEqualTo(status));
    }

    @Test
    void aHeadWithoutEndIsRefusedBeforeItTakesMemory() {
        assertThatExceptionOfType(BadRequestException.class)
                .isThrownBy(() -> give("x".repeat(HttpRequestReader.MAX_HEAD_BYTES + 1), 100))
                .satisfies(refused -> assertThat(refused.status()).isEqualTo(431));
    }
}
