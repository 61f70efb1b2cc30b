package io.vmha.libvirt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.io.BaseEncoding;
import io.vmha.libvirt.GuestFiles.Means;
import io.vmha.libvirt.GuestReading.Cost;
import io.vmha.libvirt.GuestReading.Usage;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What is read through agents that answer, refuse, fall silent or talk nonsense, and what it costs their guests. */
class GuestAgentTest {
    private static final Pattern PATH = Pattern.compile("\"path\":\"([^\"]+)\"");
    private static final Pattern ARGUMENTS = Pattern.compile("\"arg\":\\[([^]]*)]");
    private static final Pattern NUMBER = Pattern.compile("\"(?:handle|pid)\":(\\d+)");

    /** An agent as QEMU's is, of a guest with so many snaps. */
    private static final class ScriptedAgent implements AgentSession.Channel {
        final Map<String, String> files = new HashMap<>();
        final List<String> questions = new ArrayList<>();
        final Map<Integer, String> open = new HashMap<>();
        final Map<Integer, Integer> readTo = new HashMap<>();
        boolean allowsFiles = true;
        boolean allowsCommands = true;
        int busyPolls;
        int silentAfter = Integer.MAX_VALUE;
        int chunk = 100_000;
        String fsinfo = "[]";

        static ScriptedAgent withSnaps(int snaps) {
            ScriptedAgent agent = new ScriptedAgent();
            String root = "25 1 252:1 / / rw,relatime shared:1 - ext4 /dev/vda1 rw,errors=remount-ro\n";
            agent.files.put(
                    "/proc/self/mountinfo",
                    root
                            + IntStream.range(0, snaps)
                                    .mapToObj(i -> (30 + i) + " 25 7:" + i + " / /snap/s" + i
                                            + "/1 ro,nodev - squashfs /dev/loop" + i + " ro\n")
                                    .reduce("", String::concat));
            agent.files.put("/sys/fs/ext4/vda1/errors_count", "0\n");
            agent.fsinfo = Stream.concat(
                            Stream.of("{\"name\":\"vda1\",\"mountpoint\":\"/\",\"type\":\"ext4\","
                                    + "\"total-bytes\":100,\"used-bytes\":50}"),
                            IntStream.range(0, snaps)
                                    .mapToObj(i -> "{\"name\":\"loop" + i + "\",\"mountpoint\":\"/snap/s" + i
                                            + "/1\",\"type\":\"squashfs\",\"total-bytes\":100,\"used-bytes\":100}"))
                    .toList()
                    .toString();
            return agent;
        }

        @Override
        public String ask(String question) {
            questions.add(question);
            if (questions.size() > silentAfter) {
                throw new NativeException(new LibvirtError(LibvirtError.AGENT_UNRESPONSIVE, "no answer"));
            }
            if (question.contains("guest-get-fsinfo")) {
                return returned(fsinfo);
            }
            if (question.contains("guest-get-time")) {
                return returned("2000000000000");
            }
            return question.contains("guest-file") ? file(question) : command(question);
        }

        private String file(String question) {
            if (!allowsFiles) {
                throw refusal("The command guest-file-open has been disabled");
            }
            if (question.contains("guest-file-open")) {
                String text = files.get(find(PATH, question));
                if (text == null) {
                    throw refusal("failed to open file: No such file or directory");
                }
                open.put(open.size() + 1_000, text);
                return returned(Integer.toString(open.size() + 999));
            }
            int handle = Integer.parseInt(find(NUMBER, question));
            if (question.contains("guest-file-close")) {
                return returned("{}");
            }
            String text = open.getOrDefault(handle, "");
            int from = readTo.getOrDefault(handle, 0);
            int to = Math.min(text.length(), from + chunk);
            readTo.put(handle, to);
            return returned("{\"count\":" + (to - from) + ",\"buf-b64\":\"" + base64(text.substring(from, to))
                    + "\",\"eof\":" + (to == text.length()) + "}");
        }

        private String command(String question) {
            if (!allowsCommands) {
                throw refusal("The command guest-exec has been disabled");
            }
            if (question.contains("guest-exec-status")) {
                if (busyPolls-- > 0) {
                    return returned("{\"exited\":false}");
                }
                String text = open.getOrDefault(Integer.parseInt(find(NUMBER, question)), "");
                return returned("{\"exited\":true,\"exitcode\":0,\"out-data\":\"" + base64(text) + "\"}");
            }
            String text = "";
            for (String path : find(ARGUMENTS, question).replace("\"", "").split(",")) {
                text += files.getOrDefault(path, "");
            }
            open.put(open.size() + 1_000, text);
            return returned("{\"pid\":" + (open.size() + 999) + "}");
        }

        private static String find(Pattern pattern, String text) {
            Matcher matcher = pattern.matcher(text);
            assertThat(matcher.find()).as(text).isTrue();
            return matcher.group(1);
        }

        private static String base64(String text) {
            return BaseEncoding.base64().encode(text.getBytes(StandardCharsets.UTF_8));
        }

        private static String returned(String json) {
            return "{\"return\":" + json + "}";
        }

        private static NativeException refusal(String why) {
            return new NativeException(new LibvirtError(LibvirtError.INTERNAL_ERROR, why));
        }
    }

    @Test
    void aGuestWithNineSnapsCostsNoMoreThanOneWithout() {
        Cost byCalls = read(ScriptedAgent.withSnaps(9), Means.UNTRIED).cost();
        assertThat(byCalls)
                .isEqualTo(read(ScriptedAgent.withSnaps(0), Means.CALLS).cost());
        assertThat(byCalls).isEqualTo(new Cost(7, 0));

        ScriptedAgent commands = ScriptedAgent.withSnaps(9);
        commands.allowsFiles = false;
        assertThat(read(commands, Means.COMMANDS).cost()).isEqualTo(new Cost(5, 2));
    }

    @Test
    void whatAnAgentAllowsIsFoundOutOnceAndKept() {
        ScriptedAgent agent = ScriptedAgent.withSnaps(0);
        agent.allowsFiles = false;
        GuestFiles files = files(session(agent), Means.UNTRIED);
        assertThat(files.read("/proc/self/mountinfo")).isPresent();
        assertThat(files.means()).isEqualTo(Means.COMMANDS);
        agent.questions.clear();
        assertThat(files.read("/proc/self/mountinfo")).isPresent();
        assertThat(agent.questions).noneMatch(question -> question.contains("guest-file"));
    }

    @Test
    void aBusyGuestIsPolledWithGrowingPausesAndNotReportedForIt() {
        ScriptedAgent agent = ScriptedAgent.withSnaps(0);
        agent.allowsFiles = false;
        agent.busyPolls = 4;
        List<Duration> pauses = new ArrayList<>();
        AgentSession session = session(agent);
        GuestReading reading = new GuestAgent(session, new GuestFiles(session, Means.COMMANDS, pauses::add))
                .read(false, Optional.empty());
        assertThat(reading.filesystems()).isPresent();
        assertThat(pauses).hasSizeGreaterThanOrEqualTo(5);
        assertThat(pauses.subList(0, 5)).isSorted().doesNotHaveDuplicates();
    }

    @Test
    void aCommandThatNeverEndsIsAskedForOnlySoOften() {
        ScriptedAgent agent = ScriptedAgent.withSnaps(0);
        agent.allowsFiles = false;
        agent.busyPolls = Integer.MAX_VALUE;
        GuestReading reading = read(agent, Means.COMMANDS);
        assertThat(reading.filesystems()).isEmpty();
        assertThat(agent.questions).hasSizeLessThanOrEqualTo(AgentSession.MOST_QUESTIONS);
    }

    @Test
    void aMountTablePastOneAnswerIsReadToItsEnd() {
        ScriptedAgent agent = ScriptedAgent.withSnaps(2_000);
        agent.files.merge(
                "/proc/self/mountinfo", "9999 25 252:9 / /last rw - ext4 /dev/vdz rw,emergency_ro\n", String::concat);
        agent.chunk = 65_536;
        assertThat(agent.files.get("/proc/self/mountinfo").length()).isGreaterThan(65_536);
        assertThat(read(agent, Means.UNTRIED).flippedReadOnly(GuestReading.Baseline.NONE))
                .contains("/last");
    }

    @Test
    void anErrorOfAFilesystemUnderAPathWithASpaceIsFound() {
        ScriptedAgent agent = new ScriptedAgent();
        agent.files.put("/proc/self/mountinfo", "30 25 253:0 / /srv/my\\040data rw - ext4 /dev/mapper/vg-data rw\n");
        agent.fsinfo = "[{\"name\":\"dm-0\",\"mountpoint\":\"/srv/my data\",\"type\":\"ext4\"}]";
        agent.files.put("/sys/fs/ext4/dm-0/errors_count", "0\n");
        GuestReading.Baseline before = read(agent, Means.UNTRIED).baseline(GuestReading.Baseline.NONE);
        agent.files.put("/sys/fs/ext4/dm-0/errors_count", "1\n");
        assertThat(read(agent, Means.CALLS).erred(before)).contains("/srv/my data");
    }

    @Test
    void howFullFilesystemsAreIsNotAskedWhereItIsKnownAndCountsAsItWas() {
        ScriptedAgent agent = new ScriptedAgent();
        agent.files.put("/proc/self/mountinfo", "30 25 253:0 / /srv rw - ext4 /dev/mapper/vg-data rw\n");
        agent.files.put("/sys/fs/ext4/dm-0/errors_count", "7\n");
        List<Usage> known = List.of(new Usage("/srv", "dm-0", "ext4", 0.97));
        AgentSession session = session(agent);
        GuestReading reading = new GuestAgent(session, files(session, Means.CALLS)).read(false, Optional.of(known));
        assertThat(agent.questions).noneMatch(question -> question.contains("guest-get-fsinfo"));
        assertThat(reading.full(0.95)).contains("/srv");
        assertThat(reading.errors()).containsValue(7L);
    }

    @Test
    void anErrorSinceTheStartIsToldFromAnOlderOneByTheGuestsClock() {
        ScriptedAgent agent = ScriptedAgent.withSnaps(0);
        agent.files.put("/sys/fs/ext4/vda1/errors_count", "3\n");
        agent.files.put("/proc/uptime", "100.00 90.00\n");
        agent.files.put("/sys/fs/ext4/vda1/last_error_time", "1950\n");
        assertThat(readFirst(agent).flippedReadOnly(GuestReading.Baseline.NONE)).contains("/");
        agent.files.put("/sys/fs/ext4/vda1/last_error_time", "1800\n");
        assertThat(readFirst(agent).flippedReadOnly(GuestReading.Baseline.NONE)).isEmpty();
    }

    @Test
    void anAgentThatRefusesEverythingAnswersAndTellsNothing() {
        ScriptedAgent agent = ScriptedAgent.withSnaps(1);
        agent.allowsFiles = false;
        agent.allowsCommands = false;
        AgentSession session = session(agent);
        GuestReading reading = new GuestAgent(session, files(session, Means.UNTRIED)).read(true, Optional.empty());
        assertThat(reading.filesystems()).isEmpty();
        assertThat(reading.flippedReadOnly(GuestReading.Baseline.NONE)).isEmpty();
        assertThat(session.answers()).isPositive();
    }

    @Test
    void anAgentThatNeverAnswersIsSilentAndOneThatStopsHalfWayIsNot() {
        ScriptedAgent silent = ScriptedAgent.withSnaps(1);
        silent.silentAfter = 0;
        assertThatThrownBy(() -> read(silent, Means.UNTRIED))
                .isInstanceOfSatisfying(
                        NativeException.class,
                        e -> assertThat(AgentSession.isSilence(e)).isTrue());

        ScriptedAgent halfWay = ScriptedAgent.withSnaps(1);
        halfWay.silentAfter = 2;
        GuestReading reading = read(halfWay, Means.UNTRIED);
        assertThat(reading.filesystems()).isEmpty();
        assertThat(halfWay.questions).hasSize(3);
    }

    @Test
    void nonsenseIsUnknown() {
        for (String answer : List.of("", "{", "{\"return\":{\"pid\":\"x\"}}", "{\"return\":1}", "[]")) {
            AgentSession session = new AgentSession(question -> answer, Duration.ofSeconds(1));
            GuestReading reading = new GuestAgent(session, files(session, Means.UNTRIED)).read(true, Optional.empty());
            assertThat(reading.filesystems().map(List::isEmpty)).isNotEqualTo(Optional.of(false));
            assertThat(reading.flippedReadOnly(GuestReading.Baseline.NONE)).isEmpty();
        }
    }

    private static GuestReading readFirst(ScriptedAgent agent) {
        AgentSession session = session(agent);
        return new GuestAgent(session, files(session, Means.UNTRIED)).read(true, Optional.empty());
    }

    private static GuestReading read(ScriptedAgent agent, Means means) {
        AgentSession session = session(agent);
        return new GuestAgent(session, files(session, means)).read(false, Optional.empty());
    }

    private static AgentSession session(ScriptedAgent agent) {
        return new AgentSession(agent, Duration.ofMinutes(1));
    }

    private static GuestFiles files(AgentSession session, Means means) {
        return new GuestFiles(session, means, length -> {});
    }
}
