// Package scripts_test holds the checks of files that no compiler reads.
package scripts_test

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"

	"sixtouch/config"
)

// compose is what we look at of compose.yaml.
type compose struct {
	Services map[string]service `yaml:"services"`
	Volumes  map[string]any     `yaml:"volumes"`
}

type service struct {
	Image       string            `yaml:"image"`
	Build       map[string]any    `yaml:"build"`
	Command     []string          `yaml:"command"`
	Environment map[string]string `yaml:"environment"`
	EnvFile     string            `yaml:"env_file"`
	Volumes     []string          `yaml:"volumes"`
	Ports       []string          `yaml:"ports"`
	ReadOnly    bool              `yaml:"read_only"`
	CapDrop     []string          `yaml:"cap_drop"`
	Healthcheck struct {
		Test []string `yaml:"test"`
	} `yaml:"healthcheck"`
	DependsOn map[string]struct {
		Condition string `yaml:"condition"`
	} `yaml:"depends_on"`
}

func read(t *testing.T) (compose, string) {
	t.Helper()
	text, err := os.ReadFile("../compose.yaml")
	require.NoError(t, err)
	var c compose
	require.NoError(t, yaml.Unmarshal(text, &c))
	require.NotEmpty(t, c.Services)
	return c, string(text)
}

func TestCompose_servicesWaitForHealthyOnes(t *testing.T) {
	t.Parallel()
	c, _ := read(t)
	for _, name := range []string{"app", "mysql", "redis"} {
		require.NotEmpty(t, c.Services[name].Healthcheck.Test, name)
	}
	require.Equal(t, "service_completed_successfully", c.Services["app"].DependsOn["migrate"].Condition)
	for name, s := range c.Services {
		for other, how := range s.DependsOn {
			require.Contains(t, c.Services, other, name)
			if how.Condition == "service_healthy" {
				require.NotEmpty(t, c.Services[other].Healthcheck.Test, "%s waits for %s", name, other)
			}
		}
	}
}

func TestCompose_imagesArePinned(t *testing.T) {
	t.Parallel()
	c, _ := read(t)
	for name, s := range c.Services {
		_, version, _ := strings.Cut(s.Image, ":")
		require.NotEmpty(t, version, name)
		require.NotEqual(t, "latest", version, name)
	}
}

func TestCompose_serverHasNoMoreRightsThanItNeeds(t *testing.T) {
	t.Parallel()
	c, _ := read(t)
	for _, name := range []string{"app", "migrate"} {
		s := c.Services[name]
		require.NotEmpty(t, s.Build, name)
		require.True(t, s.ReadOnly, name)
		require.Equal(t, []string{"ALL"}, s.CapDrop, name)
		require.Equal(t, ".env", s.EnvFile, name)
	}
}

func TestCompose_onlyTheServerIsReachableFromOutside(t *testing.T) {
	t.Parallel()
	c, _ := read(t)
	for name, s := range c.Services {
		require.Equal(t, name == "app", len(s.Ports) > 0, name)
	}
}

func TestCompose_settingsAreOnesThatTheServerKnows(t *testing.T) {
	t.Parallel()
	c, _ := read(t)
	variable := regexp.MustCompile(`\$\{[^}]*\}`)
	var env []string
	for name, value := range c.Services["app"].Environment {
		env = append(env, name+"="+variable.ReplaceAllString(value, "x"))
	}
	got, _, err := config.Load(config.Sources{Env: env, Lenient: true})
	require.NoError(t, err)
	require.Equal(t, "mysql://sixtouch:x@mysql:3306/sixtouch", got.DB.DSN.Reveal())
	require.Contains(t, c.Services, "mysql")
	require.Contains(t, c.Services, "redis")
}

func TestCompose_volumesAreDeclared(t *testing.T) {
	t.Parallel()
	c, _ := read(t)
	for name, s := range c.Services {
		for _, mount := range s.Volumes {
			volume, _, _ := strings.Cut(mount, ":")
			require.Contains(t, c.Volumes, volume, name)
		}
	}
}

func TestCompose_variablesAreInTheExample(t *testing.T) {
	t.Parallel()
	_, text := read(t)
	example, err := os.ReadFile("../.env.example")
	require.NoError(t, err)
	for _, m := range regexp.MustCompile(`\$\{([A-Z_]+)`).FindAllStringSubmatch(text, -1) {
		require.Regexp(t, `(?m)^#?`+m[1]+`=`, string(example))
	}
}
