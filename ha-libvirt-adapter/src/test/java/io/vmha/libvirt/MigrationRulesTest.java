package io.vmha.libvirt;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.collect.ImmutableList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What no other host can give a machine that runs, and what any can. */
class MigrationRulesTest {

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            <hostdev mode='subsystem' type='pci'/>                            | host device pci
            <hostdev mode='subsystem' type='mdev'/>                           | host device mdev
            <interface type='hostdev'/>                                       | type hostdev
            <interface type='vdpa'/>                                          | type vdpa
            <disk type='nvme' device='disk'/>                                 | type nvme
            <disk type='vhostvdpa' device='disk'/>                            | type vhostvdpa
            <shmem name='ring'/>                                              | shared memory ring
            <filesystem type='mount'><target dir='share'/></filesystem>       | share
            <tpm><backend type='passthrough'/></tpm>                          | TPM of the host
            <memory model='sgx-epc'/>                                         | sgx-epc
            <input type='evdev'/>                                             | input device
            <smartcard mode='host'/>                                          | smartcard
            <serial type='dev'/>                                              | serial at a device
            """)
    void aDeviceOfTheHostIsRefusedByName(String device, String reason) {
        assertThat(refusals("", device)).singleElement().asString().contains(reason);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "<hostdev mode='subsystem' type='usb'/>",
                "<interface type='bridge'/>",
                "<interface type='hostdev'><teaming type='transient' persistent='ua-1'/></interface>",
                "<disk type='file' device='disk'/>",
                "<disk type='network' device='disk'/>",
                "<shmem name='ring' role='master'/>",
                "<filesystem type='mount'><driver type='virtiofs'/></filesystem>",
                "<tpm><backend type='emulator'/></tpm>",
                "<memory model='dimm'/>",
                "<input type='tablet'/>",
                "<serial type='pty'/>"
            })
    void whatAnyHostCanGiveIsLeftToLibvirt(String device) {
        assertThat(refusals("", device)).isEmpty();
    }

    @Test
    void aDomainThatSaysThatItCannotMoveIsRefused() {
        assertThat(refusals("<launchSecurity type='sev'/>", "")).singleElement();
        assertThat(refusals("<cpu mode='host-passthrough' migratable='off'/>", ""))
                .singleElement();
    }

    @Test
    void onlyADomainThatSeesItsHostsOwnCpuDependsOnTheMicrocode() {
        assertThat(MigrationRules.seesHostsCpu(domain("<cpu mode='host-passthrough'/>", "")))
                .isTrue();
        assertThat(MigrationRules.seesHostsCpu(domain("<cpu mode='custom'/>", "")))
                .isFalse();
        assertThat(MigrationRules.seesHostsCpu(domain("", ""))).isFalse();
    }

    private static ImmutableList<String> refusals(String ofDomain, String device) {
        return MigrationRules.refusals(domain(ofDomain, device));
    }

    private static org.w3c.dom.Element domain(String ofDomain, String device) {
        return SecureXml.parse("<domain>" + ofDomain + "<devices>" + device + "</devices></domain>")
                .getDocumentElement();
    }
}
