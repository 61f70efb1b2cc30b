package io.vmha.libvirt;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import com.google.common.base.Splitter;
import com.google.common.io.BaseEncoding;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Tag;

/** Jazzer looks for words of a guest's agent that break who asks it: {@code mvn -Pfull -pl ha-libvirt-adapter -am test}. */
@Tag("fuzz")
class GuestAnswerFuzzTest {
    private static final String HANDLE = "{\"return\":1000}";

    /** Answers with what is given, in its order: as it is, as the text of a file, or by a refusal; then with nothing. */
    private record Answers(Iterator<String> given) implements AgentSession.Channel {
        @Override
        public String ask(String question) {
            if (question.contains("guest-file-open")) {
                return HANDLE;
            }
            if (question.contains("guest-file-close")) {
                return "{\"return\":{}}";
            }
            if (question.contains("\"guest-exec\"")) {
                return "{\"return\":{\"pid\":1000}}";
            }
            String next = given.hasNext() ? given.next() : "";
            if (next.startsWith("!")) {
                throw new NativeException(new LibvirtError(LibvirtError.AGENT_COMMAND_FAILED, next));
            }
            if (!next.startsWith("=")) {
                return next;
            }
            String text = next.substring(1);
            String file = BaseEncoding.base64().encode(text.getBytes(UTF_8));
            if (question.contains("guest-file-read")) {
                return "{\"return\":{\"buf-b64\":\"" + file + "\",\"eof\":true}}";
            }
            return question.contains("guest-exec-status")
                    ? "{\"return\":{\"exited\":true,\"out-data\":\"" + file + "\"}}"
                    : "{\"return\":" + text + "}";
        }
    }

    @FuzzTest(maxDuration = "1m")
    void whateverAGuestSaysIsReadOrUnknownAndTakesNoMoreThanItMay(byte[] bytes) {
        String said = new String(bytes, UTF_8);
        GuestFiles.Means means =
                GuestFiles.Means.values()[(said.isEmpty() ? 0 : said.charAt(0)) % GuestFiles.Means.values().length];
        List<String> answers = Splitter.on('\f').splitToList(said.isEmpty() ? said : said.substring(1));
        GuestReading.Baseline before = GuestReading.Baseline.NONE;
        AgentSession session = new AgentSession(new Answers(answers.iterator()), Duration.ofSeconds(1));
        for (boolean isFirst : new boolean[] {true, false}) {
            GuestReading reading = new GuestAgent(session, new GuestFiles(session, means, pause -> {}))
                    .read(isFirst, Optional.empty());
            assertThat(reading.cost().calls()).isLessThanOrEqualTo(AgentSession.MOST_QUESTIONS);
            assertThat(reading.errors()).hasSizeLessThanOrEqualTo(GuestAgent.MOST_COUNTED);
            if (reading.filesystems().isEmpty()) {
                assertThat(reading.flippedReadOnly(before)).isEmpty();
                assertThat(reading.baseline(before)).isEqualTo(before);
            }
            reading.erred(before);
            reading.full(0.95);
            before = reading.baseline(before);
        }
    }
}
