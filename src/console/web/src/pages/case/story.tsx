// SPDX-License-Identifier: GPL-3.0-or-later
// The story's code is most of this page: it is read when the case is there, which does not wait for it.
import type { ComponentType } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { ApiError } from '../../core/api';
import type { StoryProps } from '../../core/story';
import { ErrorBox } from '../../core/ui';

export function Story(props: StoryProps) {
  const [Told, setTold] = useState<ComponentType<StoryProps> | null>(null);
  const [failed, setFailed] = useState(false);
  useEffect(() => {
    let wanted = true;
    import('../../core/story').then(
      (module) => wanted && setTold(() => module.Story),
      () => wanted && setFailed(true),
    );
    return () => {
      wanted = false;
    };
  }, []);
  if (failed) {
    return <ErrorBox error={new ApiError(0, 'unreachable', '')} retry={() => location.reload()} />;
  }
  return Told === null ? null : <Told {...props} />;
}
