package io.vmha.libvirt;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.jna.Callback;
import com.sun.jna.Library;
import com.sun.jna.NativeMapped;
import com.sun.jna.Structure;
import com.sun.jna.Union;
import com.sun.jna.ptr.ByReference;
import java.io.IOException;
import java.io.InputStream;
import java.net.URISyntaxException;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.libvirt.jna.Libvirt;

/** A native image knows only what it is told of: JNA makes and reads the classes of these kinds by reflection. */
class NativeImageMetadataTest {
    private static final String FOLDER = "/META-INF/native-image/io.vmha/ha-libvirt-adapter/";
    private static final List<Class<?>> KINDS =
            List.of(Callback.class, Library.class, NativeMapped.class, Structure.class, Union.class, ByReference.class);

    @Test
    void whatJnaReflectsOnIsNamed() throws Exception {
        Set<String> reflected = Stream.concat(classesOf(VirtExtras.class).stream(), classesOf(Libvirt.class).stream())
                .filter(type -> KINDS.stream().anyMatch(kind -> kind.isAssignableFrom(type)))
                .map(Class::getName)
                .collect(Collectors.toCollection(TreeSet::new));

        assertThat(reflected).hasSizeGreaterThan(50);
        assertThat(named("reflect-config.json", "\"name\": \"([^\"]+)\"")).isEqualTo(reflected);
    }

    @Test
    void whatJnaMakesAProxyOfIsNamed() throws Exception {
        Set<String> libraries = Stream.concat(classesOf(VirtExtras.class).stream(), classesOf(Libvirt.class).stream())
                .filter(Library.class::isAssignableFrom)
                .map(Class::getName)
                .collect(Collectors.toCollection(TreeSet::new));

        assertThat(named("proxy-config.json", "\"interfaces\": \\[\"([^\"]+)\"]"))
                .isEqualTo(libraries);
    }

    private static Set<String> named(String file, String pattern) throws IOException {
        try (InputStream in =
                Objects.requireNonNull(NativeImageMetadataTest.class.getResourceAsStream(FOLDER + file))) {
            return Pattern.compile(pattern)
                    .matcher(new String(in.readAllBytes(), UTF_8))
                    .results()
                    .map(found -> found.group(1))
                    .collect(Collectors.toCollection(TreeSet::new));
        }
    }

    /** All classes of the package, which lies in a jar or a folder; none of them is initialized, which would load libvirt. */
    private static List<Class<?>> classesOf(Class<?> member) throws IOException, URISyntaxException {
        Path place = Path.of(
                member.getProtectionDomain().getCodeSource().getLocation().toURI());
        String folder = member.getPackageName().replace('.', '/');
        if (Files.isDirectory(place)) {
            return classesIn(place.resolve(folder), member);
        }
        try (FileSystem jar = FileSystems.newFileSystem(place)) {
            return classesIn(jar.getPath(folder), member);
        }
    }

    private static List<Class<?>> classesIn(Path folder, Class<?> member) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString())
                    .filter(file -> file.endsWith(".class"))
                    .map(file -> loaded(member, file.substring(0, file.length() - ".class".length())))
                    .collect(Collectors.toList());
        }
    }

    private static Class<?> loaded(Class<?> member, String name) {
        try {
            return Class.forName(member.getPackageName() + "." + name, false, member.getClassLoader());
        } catch (ClassNotFoundException missing) {
            throw new AssertionError(missing);
        }
    }
}
