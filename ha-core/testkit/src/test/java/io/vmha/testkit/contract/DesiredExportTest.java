package io.vmha.testkit.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.google.common.io.Resources;
import io.vmha.center.config.AutomationLevel;
import io.vmha.center.journal.CenterSettings;
import io.vmha.center.journal.DesiredExport;
import io.vmha.center.journal.Leftover;
import io.vmha.center.journal.OpenFault;
import io.vmha.center.journal.ReplicaSetState;
import io.vmha.center.journal.VmState;
import io.vmha.fault.FaultKind;
import io.vmha.fault.FaultReport;
import io.vmha.model.DesiredState;
import io.vmha.model.HostId;
import io.vmha.model.MemberId;
import io.vmha.model.ReplicaSetId;
import io.vmha.model.VmId;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The JSON of what is desired: it comes back as it was, and what is not as it should be is refused at its place. */
class DesiredExportTest {
    private static final Instant AT = Instant.parse("2026-03-01T10:00:00.5Z");

    @Test
    void whatIsWrittenIsReadBackTheSameWhateverIsInIt() {
        for (long seed = 0; seed < 2_000; seed++) {
            DesiredExport desired = new RandomEntries(seed).desired();
            String json = desired.toJson();

            assertThat(DesiredExport.fromJson(json)).as("seed %s", seed).isEqualTo(desired);
            assertThat(DesiredExport.fromJson(json).toJson()).isEqualTo(json);
        }
    }

    @Test
    void theFormatIsTheOneOfTheGoldenFile() throws IOException {
        String golden = Resources.toString(
                Resources.getResource(DesiredExportTest.class, "desired-1.json"), StandardCharsets.UTF_8);

        assertThat(example().toJson()).isEqualTo(golden);
        assertThat(DesiredExport.fromJson(golden)).isEqualTo(example());
    }

    private static DesiredExport example() {
        VmId mw1 = VmId.of("mw1");
        VmId mw2 = VmId.of("mw2");
        HostId h1 = HostId.of("h1");
        OpenFault own = new OpenFault(
                FaultReport.ofVm(mw1, FaultKind.FILESYSTEM_READ_ONLY, AT, "monitor:mw1", 7), AT.plusSeconds(1));
        OpenFault lost = new OpenFault(FaultReport.ofHost(h1, FaultKind.HOST_DOWN, AT, "ipmi", 1), AT);
        return new DesiredExport(
                new CenterSettings(true, Optional.of(AutomationLevel.PARTIAL)),
                List.of(
                        new DesiredExport.Vm(
                                mw1,
                                DesiredState.RUNNING,
                                Optional.of(mw2),
                                Set.of(VmState.Flag.REJECTED, VmState.Flag.LAG_ACCEPTED),
                                List.of(own, lost)),
                        new DesiredExport.Vm(mw2, DesiredState.UNMANAGED, Optional.empty(), Set.of(), List.of())),
                List.of(new DesiredExport.Host(h1, true), new DesiredExport.Host(HostId.of("h2"), false)),
                List.of(new ReplicaSetState(
                        ReplicaSetId.of("database"),
                        7,
                        Optional.of(MemberId.of("standby")),
                        Set.of(MemberId.of("primary")),
                        Optional.empty(),
                        Optional.of(new ReplicaSetState(
                                ReplicaSetId.of("database"),
                                6,
                                Optional.of(MemberId.of("primary")),
                                Set.of(),
                                Optional.empty(),
                                Optional.empty())))),
                List.of(new Leftover(mw1, h1, "what its clone replaced", AT)));
    }

    @Test
    void anythingThatIsCutShortIsRefused() {
        String json = example().toJson().strip();
        for (int length = 0; length < json.length(); length++) {
            String cut = json.substring(0, length);
            assertThatIllegalArgumentException().as(cut).isThrownBy(() -> DesiredExport.fromJson(cut));
        }
    }

    @Test
    void aTextWithAnyCharacterChangedIsReadOrRefusedAndNeverBreaksTheReader() {
        String json = example().toJson();
        Random random = new Random(3);
        for (int i = 0; i < 20_000; i++) {
            StringBuilder changed = new StringBuilder(json);
            for (int times = 1 + random.nextInt(3); times > 0; times--) {
                char other = random.nextBoolean()
                        ? json.charAt(random.nextInt(json.length()))
                        : (char) random.nextInt(0x3000);
                changed.setCharAt(random.nextInt(json.length()), other);
            }
            Throwable thrown = catchThrowable(() -> DesiredExport.fromJson(changed.toString()));
            if (thrown != null) {
                assertThat(thrown).as(changed.toString()).isInstanceOf(IllegalArgumentException.class);
            }
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{}|format is missing",
                "[]|: \"[]\": an object is expected",
                "{F, 'version': 2}|version: 2: this library reads version 1",
                "{F, 'version': '1'}|version: \"1\": a whole number is expected",
                "{'format': 'other', 'version': 1}|format: \"other\": \"vmha-desired-state\" is expected",
                "{F, V, 'more': 1}|\"more\": there is no such key",
                "{F, V, 'paused': 'yes'}|paused: \"yes\": true or false is expected",
                "{F, V, 'paused': null}|before \"null}\": a value is expected, and null is none",
                "{F, V, 'paused': true, 'paused': true}|the key \"paused\" comes twice",
                "{F, V, 'automation': 'HALF'}|automation: \"HALF\": one of [",
                "{F, V, 'vms': {}}|vms: \"{}\": a list is expected",
                "{F, V, 'vms': [1]}|vms[0]: \"1\": an object is expected",
                "{F, V, 'vms': [{'id': 'mw1'}]}|vms[0].desired is missing",
                "{F, V, 'vms': [{'id': ' ', 'desired': 'OFF'}]}|vms[0].id: \" \": ",
                "{F, V, 'vms': [{'id': 'mw1', 'desired': 'off'}]}|vms[0].desired: \"off\": one of [RUNNING, OFF, UNMANAGED]",
                "{F, V, 'vms': [{'id': 'mw1', 'desired': 'OFF', 'x': 1}]}|vms[0].\"x\": there is no such key",
                "{F, V, 'vms': [{'id': 'mw1', 'desired': 'OFF'}, {'id': 'mw1', 'desired': 'OFF'}]}|vms[1]: \"mw1\": it comes twice",
                "{F, V, 'vms': [{'id': 'mw1', 'desired': 'OFF', 'marks': ['DELETED']}]}|vms[0].marks[0]: \"DELETED\": one of [",
                "{F, V, 'vms': [{'id': 'mw1', 'desired': 'OFF', 'marks': [7]}]}|vms[0].marks[0]: \"7\": a text is expected",
                "{F, V, 'leftovers': [{'vm': 'a', 'host': 'h', 'what': 'w', 'since': 'today'}]}|leftovers[0].since: \"today\": ",
                "{F, V} {}|nothing is to follow",
                "{F, V, 'vms': [[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]}|values are nested deeper than 16",
                "{F, 'version': 1.0}|a whole number is expected",
                "{F, 'version': 01}|a whole number is expected",
                "{F, 'version': 99999999999999999999}|a whole number is expected",
                "{'format': '\\x'}|there is no such escape",
                "{'format': '\\u12G4'}|four hexadecimal digits are expected",
            })
    void whatIsWrongIsNamedWithItsPlaceAndItsRule(String template, String message) {
        String json = template.replace("F,", "'format': 'vmha-desired-state',")
                .replace("V}", "'version': 1}")
                .replace("V,", "'version': 1,")
                .replace('\'', '"');

        assertThatIllegalArgumentException()
                .isThrownBy(() -> DesiredExport.fromJson(json))
                .withMessageContaining(message);
    }
}
