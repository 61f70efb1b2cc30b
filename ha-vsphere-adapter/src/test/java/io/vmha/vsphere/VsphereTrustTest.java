package io.vmha.vsphere;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class VsphereTrustTest {
    @TempDir
    Path folder;

    private Path certificate(String name, String start, int days) throws Exception {
        Path store = folder.resolve(name + ".p12");
        Path pem = folder.resolve(name + ".pem");
        keytool(
                "-genkeypair",
                "-alias",
                name,
                "-keyalg",
                "EC",
                "-dname",
                "CN=" + name,
                "-startdate",
                start,
                "-validity",
                Integer.toString(days),
                "-storetype",
                "PKCS12",
                "-keystore",
                store.toString());
        keytool("-exportcert", "-rfc", "-alias", name, "-keystore", store.toString(), "-file", pem.toString());
        return pem;
    }

    private void keytool(String... arguments) throws Exception {
        String program =
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString();
        Process process = new ProcessBuilder(Stream.of(
                                Stream.of(program), Stream.of(arguments), Stream.of("-storepass", "only-for-this-test"))
                        .flatMap(one -> one)
                        .toList())
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("keytool.log").toFile())
                .start();
        assertThat(process.waitFor()).isZero();
    }

    @ParameterizedTest
    @CsvSource({"expired, -10d, 5", "early, +5d, 10"})
    void aCertificateThatIsNotValidNowIsRefusedThoughItIsTheOneThatIsTrusted(String name, String start, int days)
            throws Exception {
        Path pem = certificate(name, start, days);
        Path both = folder.resolve("both.pem");
        Files.writeString(both, Files.readString(certificate("good", "-1d", 10)) + Files.readString(pem));

        for (Path file : new Path[] {pem, both}) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> VsphereTrust.certificates(file))
                    .withMessageContaining("CN=" + name)
                    .withMessageContaining("not now");
        }
    }

    @Test
    void aCertificateThatIsValidIsTaken() throws Exception {
        assertThat(VsphereTrust.certificates(certificate("good", "-1d", 10)).context())
                .isNotNull();
    }
}
