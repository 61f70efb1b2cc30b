package io.vmha.libvirt;

import static org.assertj.core.api.Assertions.assertThat;

import io.vmha.model.CpuPlatform;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What hosts of several architectures and libvirt versions tell of their CPUs, and what that means. */
class CpuNamesTest {

    @Test
    void theCpuPlatformIsVendorSignatureAndMicrocode() {
        assertThat(platform("<model>Broadwell</model><vendor>Intel</vendor><microcode version='43'/>"
                        + "<signature family='6' model='61' stepping='4'/>"))
                .contains(new CpuPlatform("Intel 6-61-4", "43"));
    }

    @Test
    void aModelNameThatAnotherVersionOfLibvirtChoosesMakesNoOtherCpu() {
        String told = "<vendor>Intel</vendor><microcode version='43'/><signature family='6' model='85' stepping='7'/>";
        assertThat(platform("<arch>x86_64</arch><model>Skylake-Server-IBRS</model>" + told))
                .isEqualTo(platform("<arch>x86_64</arch><model>Cascadelake-Server-noTSX</model>" + told))
                .isPresent();
    }

    @Test
    void anOlderLibvirtThatTellsNoSignatureIsHelpedByTheFirmwaresTables() {
        String tables = "<sysinfo type='smbios'><processor><entry name='signature'>"
                + "Type 0, Family 6, Model 61, Stepping 4</entry></processor></sysinfo>";
        assertThat(platform("<arch>x86_64</arch><model>Broadwell</model><vendor>Intel</vendor>", "", tables))
                .contains(new CpuPlatform("Intel 6-61-4", ""));
        assertThat(platform("<arch>x86_64</arch><model>Broadwell</model><vendor>Intel</vendor>"))
                .contains(new CpuPlatform("Intel Broadwell", ""));
    }

    @Test
    void onS390xTheModelStandsInTheDomainsCapabilities() {
        String domains = "<domainCapabilities><cpu><mode name='host-passthrough' supported='yes'/>"
                + "<mode name='host-model' supported='yes'><model fallback='forbid'>gen15a-base</model></mode>"
                + "</cpu></domainCapabilities>";
        assertThat(platform("<arch>s390x</arch><topology sockets='1'/>", domains, ""))
                .contains(new CpuPlatform("s390x gen15a-base", ""));
        assertThat(platform("<arch>s390x</arch>", domains.replace("supported='yes'", "supported='no'"), ""))
                .isEmpty();
        assertThat(platform("<arch>s390x</arch>")).isEmpty();
    }

    @Test
    void onArmThePartStandsInTheModelOrInTheFirmwaresTables() {
        assertThat(platform("<arch>aarch64</arch><model>Neoverse-N1</model><vendor>ARM</vendor>"))
                .contains(new CpuPlatform("aarch64 ARM Neoverse-N1", ""));
        assertThat(platform(
                        "<arch>aarch64</arch>",
                        "",
                        "<sysinfo type='smbios'><processor><entry name='manufacturer'>Ampere(R)</entry>"
                                + "<entry name='version'>Altra Q80-30</entry></processor></sysinfo>"))
                .contains(new CpuPlatform("aarch64 Ampere(R) Altra Q80-30", ""));
    }

    @Test
    void onPowerItIsTheModel() {
        assertThat(platform("<arch>ppc64le</arch><model>POWER9</model><vendor>IBM</vendor>"))
                .contains(new CpuPlatform("ppc64le IBM POWER9", ""));
    }

    @Test
    void whatNobodyTellsIsUnknown() {
        assertThat(platform("<arch>i686</arch>")).isEmpty();
        assertThat(CpuNames.platform("<capabilities><host/></capabilities>", () -> "", () -> ""))
                .isEmpty();
    }

    private static Optional<CpuPlatform> platform(String cpu) {
        return platform(cpu, "", "");
    }

    private static Optional<CpuPlatform> platform(String cpu, String domains, String tables) {
        return CpuNames.platform(
                "<capabilities><host><cpu>" + cpu + "</cpu></host></capabilities>", () -> domains, () -> tables);
    }
}
