package io.vmha.libvirt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vmha.adapter.VmClassifier;
import io.vmha.adapter.VmProfile;
import io.vmha.libvirt.DomainProfile.Machine;
import io.vmha.model.AntiAffinityGroup;
import io.vmha.model.ClusterRole;
import io.vmha.model.HostId;
import io.vmha.model.TemplateId;
import io.vmha.model.VmId;
import io.vmha.model.VmType;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MetadataAndXmlTest {
    private static final String EVIL = "</name><evil a='b'>&\"";

    @Test
    void everyProfileIsReadBackAsItWasWritten() {
        VmProfile profile = VmProfile.builder()
                .type(VmType.of(EVIL))
                .role(ClusterRole.STANDBY)
                .template(TemplateId.of(EVIL))
                .priority(-3)
                .addAntiAffinity(AntiAffinityGroup.of(EVIL))
                .build();
        for (DomainProfile kind : List.of(
                new Machine(Optional.of(VmId.of(EVIL)), profile, Optional.of(new CloneOrigin(7, 3))),
                Machine.of(VmProfile.ofType(VmType.DATABASE)),
                new DomainProfile.Template(TemplateId.of(EVIL), Optional.of(VmType.DATABASE)),
                new DomainProfile.SetAside(VmId.of(EVIL)),
                DomainProfile.Unmanaged.INSTANCE)) {
            String domain = "<domain><name>x</name><metadata>" + VmhaMetadata.format(kind) + "</metadata></domain>";
            assertThat(VmhaMetadata.profileOf(domain)).contains(kind);
        }
    }

    @Test
    void aDomainWithoutOurElementHasNoProfile() {
        assertThat(VmhaMetadata.profileOf("<domain><name>x</name></domain>")).isEmpty();
        assertThat(VmhaMetadata.profileOf(
                        "<domain><metadata><vm xmlns='urn:other' type='DATABASE'/></metadata></domain>"))
                .isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "type=''", "type='A' priority='1.5'", "type='A' role='primary'", "type='A' origin='1'"})
    void anElementThatBreaksARuleIsRefused(String attributes) {
        String domain = "<domain><name>x</name><metadata><vm xmlns='" + VmhaMetadata.NAMESPACE + "' " + attributes
                + "/></metadata></domain>";
        assertThatThrownBy(() -> VmhaMetadata.profileOf(domain)).isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "<!DOCTYPE d [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><domain><name>&x;</name></domain>",
                "<!DOCTYPE d [<!ENTITY a 'aa'><!ENTITY b '&a;&a;'>]><domain><name>&b;</name></domain>",
                "<domain>",
                "not xml",
                ""
            })
    void xmlWithADocumentTypeOrNoXmlIsRefused(String xml) {
        assertThatThrownBy(() -> VmhaMetadata.profileOf(xml)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aCloneHasItsOwnIdentityAndDisksAndTheTemplatesHardware() {
        String template = """
                <domain type='kvm'><name>golden</name><uuid>11111111-1111-4111-8111-111111111111</uuid><title>t</title>
                <metadata><o:keep xmlns:o='urn:o'/></metadata><memory unit='GiB'>2</memory><vcpu>4</vcpu>
                <os><type>hvm</type><nvram>/nvram/golden</nvram></os>
                <devices>
                  <disk type='file' device='cdrom'><source file='/iso'/><target dev='sda'/></disk>
                  <disk type='file' device='disk'><driver name='qemu' type='raw'/><source file='/golden.img'/><target dev='vda'/></disk>
                  <disk type='block' device='disk'><source dev='/dev/vg/golden'/><target dev='vdb'/></disk>
                  <interface type='bridge'><mac address='52:54:00:00:00:01'/><source bridge='br0'/></interface>
                </devices></domain>""";
        assertThat(CloneXml.disks(template))
                .containsExactly(
                        new CloneXml.Disk("/golden.img", "raw", false),
                        new CloneXml.Disk("/dev/vg/golden", "raw", true));

        UUID uuid = UUID.randomUUID();
        String clone = CloneXml.define(
                DomainDescription.read(HostId.of("h1"), template, DomainClassifier.of(VmClassifier.unmanaged())),
                "a & b",
                "a_b-1",
                uuid,
                Machine.of(VmProfile.ofType(VmType.DATABASE)),
                new CloneSize(1L << 20, 2),
                List.of(
                        new CloneXml.Disk("/c<1>.qcow2", "qcow2", false),
                        new CloneXml.Disk("/c2.qcow2", "qcow2", false)));
        DomainDescription description =
                DomainDescription.read(HostId.of("h1"), clone, DomainClassifier.of(VmClassifier.unmanaged()));
        assertThat(description.uuid()).isEqualTo(uuid);
        assertThat(description.name()).isEqualTo("a & b");
        assertThat(description.profile()).isEqualTo(Machine.of(VmProfile.ofType(VmType.DATABASE)));
        assertThat(description.memoryKiB()).isEqualTo(1L << 20);
        assertThat(description.maxMemoryKiB()).isEqualTo(2L << 20);
        assertThat(description.vcpus()).isEqualTo(2);
        assertThat(description.maxVcpus()).isEqualTo(4);
        assertThat(CloneXml.disks(clone))
                .containsExactly(
                        new CloneXml.Disk("/c<1>.qcow2", "qcow2", false),
                        new CloneXml.Disk("/c2.qcow2", "qcow2", false));
        assertThat(clone)
                .doesNotContain("52:54", "/nvram/golden", "<title", "/dev/vg")
                .contains("/iso", "urn:o", "/nvram/a_b-1_VARS.fd");
    }

    @Test
    void anElementThatWasAddedIsFoundAgain() {
        org.w3c.dom.Element domain = SecureXml.newDocument("", "domain");
        SecureXml.setText(domain, "name", "a");
        SecureXml.setText(domain, "name", EVIL);
        assertThat(SecureXml.text(domain, "name")).contains(EVIL);
        assertThat(SecureXml.text(SecureXml.parse(SecureXml.write(domain)).getDocumentElement(), "name"))
                .contains(EVIL);
    }

    @Test
    void aCloneOfAnotherSizeThanItsTemplateIsDefinedSo() {
        String template = "<domain><name>t</name><uuid>11111111-1111-4111-8111-111111111111</uuid>"
                + "<memory unit='KiB'>4096</memory><vcpu>4</vcpu><vcpus><vcpu id='0' enabled='yes'/></vcpus></domain>";
        DomainDescription description =
                DomainDescription.read(HostId.of("h1"), template, DomainClassifier.of(VmClassifier.unmanaged()));
        String clone = CloneXml.define(
                description,
                "c",
                "c",
                UUID.randomUUID(),
                Machine.of(VmProfile.ofType(VmType.DATABASE)),
                new CloneSize(2_048, 2),
                List.of());
        DomainDescription defined =
                DomainDescription.read(HostId.of("h1"), clone, DomainClassifier.of(VmClassifier.unmanaged()));
        assertThat(defined.memoryKiB()).isEqualTo(2_048);
        assertThat(defined.maxMemoryKiB()).isEqualTo(4_096);
        assertThat(defined.vcpus()).isEqualTo(2);
        assertThat(defined.maxVcpus()).isEqualTo(4);
        assertThat(clone).doesNotContain("<vcpus>");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "<vcpu>0</vcpu>",
                "<vcpu>-1</vcpu>",
                "<vcpu>two</vcpu>",
                "<vcpu current='0'>4</vcpu>",
                "<memory>-1</memory>",
                "<memory>1.5</memory>",
                "<memory unit='TiB'>9000000000000000000</memory>",
                "<currentMemory unit='&#x202E;'>1</currentMemory>"
            })
    void aSizeThatIsNoneIsRefusedAndItsWordsAreHarmless(String size) {
        String domain = "<domain><name>x</name><uuid>11111111-1111-4111-8111-111111111111</uuid>" + size + "</domain>";
        assertThatThrownBy(() ->
                        DomainDescription.read(HostId.of("h1"), domain, DomainClassifier.of(VmClassifier.unmanaged())))
                .isInstanceOf(IllegalArgumentException.class)
                .message()
                .containsAnyOf("vcpu", "emory")
                .doesNotContainPattern("[\\p{Cntrl}\u202E]");
    }

    @Test
    void whatLibvirtSaysIsCutAndEscapedBeforeItReachesALogOrException() {
        NativeException said = new NativeException(new LibvirtError(
                LibvirtError.AGENT_COMMAND_FAILED,
                "guest agent said: \nWARN all is well\u001b[2J" + "x".repeat(10_000)));
        assertThat(said)
                .message()
                .hasSizeLessThan(600)
                .doesNotContainPattern("\\p{Cntrl}")
                .contains("\\u000A");
    }

    @Test
    void memoryIsReadInEveryUnitAndCpuAsWhatItStartsWith() {
        DomainDescription description = DomainDescription.read(
                HostId.of("h1"),
                "<domain><name>x</name><uuid>11111111-1111-4111-8111-111111111111</uuid><memory unit='GB'>1</memory>"
                        + "<currentMemory unit='bytes'>1048577</currentMemory><vcpu current='1'>8</vcpu></domain>",
                DomainClassifier.of(VmClassifier.everyVmIs(VmType.MIDDLEWARE)));
        assertThat(description.maxMemoryKiB()).isEqualTo(976_563);
        assertThat(description.memoryKiB()).isEqualTo(1_025);
        assertThat(description.vcpus()).isEqualTo(1);
        assertThat(description.maxVcpus()).isEqualTo(8);
        assertThat(DomainDescription.vcpus(1_001)).isEqualTo(2);
    }
}
