package io.vmha.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;

class ScenarioRunnerTest {
    private static final Path REFERENCE = Path.of("scenarios/reference-three-hosts.yaml");
    private static final String HOST = "{id: h1, role: PRIMARY, cpuMillis: 16000, memoryMiB: 65536}";
    private static final String VM = "{id: mw1, type: MIDDLEWARE, host: h1, cpuMillis: 2000, memoryMiB: 4096}";
    private static final String OTHER_VM = VM.replace("mw1", "mw2");

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @TempDir
    Path folder;

    static Stream<Path> scenarios() throws IOException {
        try (Stream<Path> files = Files.list(Path.of("scenarios"))) {
            return files.sorted().toList().stream();
        }
    }

    @ParameterizedTest
    @MethodSource("scenarios")
    void everyScenarioDoesWhatItExpects(Path scenario) {
        int status = run(scenario.toString());

        assertThat(err.toString()).isEmpty();
        assertThat(status).isEqualTo(ScenarioRunner.OK);
    }

    @Test
    void theExampleInTheReadmeHolds() throws IOException {
        String readme = Files.readString(Path.of("README.md"));
        int from = readme.indexOf("```yaml\n") + "```yaml\n".length();
        Path file = file(readme.substring(from, readme.indexOf("```", from)));

        assertThat(run(file.toString())).isEqualTo(ScenarioRunner.OK);
        assertThat(err.toString()).isEmpty();
    }

    @Test
    void jsonHasTheDecisionsTheActionsAndTheEnd() throws IOException {
        run("--format", "json", REFERENCE.toString());

        JsonNode document = new ObjectMapper().readTree(out.toString());
        assertThat(document.fieldNames()).toIterable().containsExactly("name", "decisions", "actions", "final");
        assertThat(document.at("/decisions/0").toString())
                .startsWith("{\"at\":0.0,\"subject\":\"mw1\",\"trigger\":\"FILESYSTEM_READ_ONLY\","
                        + "\"outcome\":\"REDIRECTED\",\"target\":\"mw3\",\"targetRole\":\"PRIMARY\","
                        + "\"reason\":\"SAME_TYPE_PRIMARY\",\"explanation\":");
        assertThat(document.at("/actions/0").toString())
                .isEqualTo("{\"at\":0.0,\"plan\":1,\"action\":\"POWER_OFF\",\"vm\":\"mw1\",\"host\":\"h1\","
                        + "\"result\":\"DONE\",\"attempt\":1}");
        assertThat(document.at("/final/hosts/0").toString())
                .isEqualTo("{\"id\":\"h1\",\"health\":\"DOWN\",\"freeCpuMillis\":8000,\"freeMemoryMiB\":32768}");
        assertThat(document.at("/final/vms/0").toString())
                .isEqualTo(
                        "{\"id\":\"db1\",\"host\":\"h1\",\"power\":\"OFF\",\"health\":\"FAILED\",\"servedBy\":\"db5\"}");
    }

    @Test
    void jsonOfSeveralFilesIsAnArray() throws IOException {
        run("--format", "json", REFERENCE.toString(), REFERENCE.toString());

        assertThat(new ObjectMapper().readTree(out.toString())).hasSize(2);
    }

    @Test
    void twoRunsPrintTheSame() {
        run("--format", "json", REFERENCE.toString());
        String first = out.toString();
        out.getBuffer().setLength(0);
        run("--format", "json", REFERENCE.toString());

        assertThat(out.toString()).isEqualTo(first);
    }

    @Test
    void anExpectationThatDoesNotHoldIsExitStatusThreeAndIsNamed() throws IOException {
        Path file = scenario("""
                events: [{at: 0, vmFault: {vm: mw1, kind: GUEST_HUNG}}]
                expect:
                  - {subject: mw1, outcome: REDIRECTED}
                  - {subject: mw1, target: {anyOf: [mw3, mw4]}}
                """);

        assertThat(run(file.toString())).isEqualTo(ScenarioRunner.EXPECTATION_FAILED);
        assertThat(err.toString()).contains("expect[1]").contains("mw3");
        assertThat(out.toString()).contains("REDIRECTED");
    }

    @Test
    void aRowThatMustNotBeIsExitStatusThree() throws IOException {
        Path file = scenario("""
                events: [{at: 0, vmFault: {vm: mw1, kind: GUEST_HUNG}}]
                expect: [{outcome: REDIRECTED, not: true}]
                """);

        assertThat(run(file.toString())).isEqualTo(ScenarioRunner.EXPECTATION_FAILED);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            extra: 1                                            | extra: unknown key
            events: [{at: 0, vmFault: {vm: mw9, kind: IO_ERROR}}] | events[0].vmFault.vm: no VM mw9
            events: [{at: 0, hostDown: {host: h9}}]             | events[0].hostDown.host: no host h9
            events: [{at: 5, hostDown: {host: h1}}, {at: 4, hostUp: {host: h1}}] | events[1]: time runs backwards
            events: [{at: -1, hostDown: {host: h1}}]            | events[0].at: must be a finite number, 0 or more
            events: [{at: 0, vmFault: {vm: mw1, kind: TIRED}}]  | kind: must be one of
            events: [{at: 0, vmFault: {vm: mw1, kind: HOST_DOWN}}] | HOST_DOWN is a fault of a host
            events: [{at: 0, earthquake: {host: h1}}]           | unknown event
            events: [{at: 0}]                                   | an event is one of
            events: {at: 0}                                     | events: must be a list
            events: [{at: 0, load: {vm: mw1, load: .nan}}]      | load: must be a number
            policy: {standbyActivation: SOMETIMES}              | must be one of [PER_TYPE, WHOLE_CLUSTER]
            policy: {loadThreshold: 1.5}                        | policy: loadThreshold must be more than 0 and at most 1: 1.5
            policy: {stormGuard: {maxHostFraction: 0.3}}        | policy.stormGuard: windowSeconds is missing
            events: [{at: 0, centerCrash: {vm: mw1}}]           | centerCrash.vm: unknown key
            events: [{at: 0, maintenance: {host: h1, on: perhaps}}] | must be true or false: perhaps
            policy: {mood: good}                                | policy.mood: unknown key
            name: again                                         | name: the key stands twice
            expect: [{target: {noneOf: [a]}}]                   | noneOf: unknown key
            """)
    void whatIsWrongWithAFileIsOneLineWithThePlaceAndTheRule(String yaml, String message) throws IOException {
        assertRefused(scenario(yaml + "\n"), message);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            {id: mw1, type: M, host: h9, cpuMillis: 1, memoryMiB: 1}  | vms[0]: VM mw1 is on host h9, which does not exist
            {id: mw1, type: M, host: h1, cpuMillis: -1, memoryMiB: 1} | vms[0].cpuMillis: must be from 0
            {id: mw1, type: M, host: h1, cpuMillis: 0, memoryMiB: 1}  | cpuMillis and memoryMiB must be more than 0
            {id: mw1, type: M, host: h1, cpuMillis: 1.5, memoryMiB: 1} | must be a whole number
            {id: mw2, type: M, host: h1, cpuMillis: 1, memoryMiB: 1}  | two VMs with the id mw2
            {id: mw1, type: M, host: h1, cpuMillis: 1}                | memoryMiB is missing
            {id: '', type: M, host: h1, cpuMillis: 1, memoryMiB: 1}   | VM id must not be blank
            """)
    void whatIsWrongWithAVmIsNamed(String vm, String message) throws IOException {
        assertRefused(file("name: n\nhosts: [" + HOST + "]\nvms: [" + vm + ", " + OTHER_VM + "]\n"), message);
    }

    @Test
    void anEmptyInventoryIsRefused() throws IOException {
        assertRefused(file("name: n\nhosts: []\nvms: []\n"), "hosts: the inventory is empty");
    }

    @Test
    void twoHostsWithOneIdAreRefused() throws IOException {
        assertRefused(file("name: n\nhosts: [" + HOST + ", " + HOST + "]\nvms: []\n"), "two hosts with the id h1");
    }

    @Test
    void aFileThatIsNotYamlIsRefusedWithItsPlace() throws IOException {
        assertRefused(file("name: [unclosed\nhosts: }"), ":2:");
    }

    @Test
    void aFileThatIsNotTextIsRefused() throws IOException {
        Path file = folder.resolve("binary.yaml");
        Files.write(file, new byte[] {(byte) 0xff, (byte) 0xfe, 0, 1});
        assertRefused(file, "not a text file");
    }

    @Test
    void anEmptyFileIsRefused() throws IOException {
        assertRefused(file(""), "is empty");
    }

    @Test
    void aFileThatIsNotThereIsRefused() {
        assertRefused(folder.resolve("missing.yaml"), "no such file");
    }

    @Test
    void nothingRunsWhenOneOfSeveralFilesIsRefused() {
        assertThat(run(REFERENCE.toString(), folder.resolve("missing.yaml").toString()))
                .isEqualTo(ScenarioRunner.REFUSED);
        assertThat(out.toString()).isEmpty();
    }

    @Test
    void noFileAtAllIsRefused() {
        assertThat(run()).isEqualTo(ScenarioRunner.REFUSED);
    }

    private void assertRefused(Path file, String message) {
        assertThat(run(file.toString())).isEqualTo(ScenarioRunner.REFUSED);
        assertThat(out.toString()).isEmpty();
        assertThat(err.toString().lines())
                .singleElement()
                .asString()
                .startsWith("scenario-runner: " + file)
                .contains(message);
    }

    private Path scenario(String rest) throws IOException {
        return file("name: n\nhosts: [" + HOST + "]\nvms: [" + VM + ", " + OTHER_VM + "]\n" + rest);
    }

    private Path file(String text) throws IOException {
        return Files.writeString(folder.resolve("scenario.yaml"), text);
    }

    private int run(String... args) {
        CommandLine command = ScenarioRunner.commandLine();
        command.setOut(new PrintWriter(out, true));
        command.setErr(new PrintWriter(err, true));
        return command.execute(args);
    }
}
