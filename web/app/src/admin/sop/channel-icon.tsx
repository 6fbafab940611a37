import {
  BellOutlined,
  CameraOutlined,
  MessageOutlined,
  NotificationOutlined,
  SmileOutlined,
  TagOutlined,
  TeamOutlined,
} from '@ant-design/icons'
import type { ReactNode } from 'react'

const icons: Record<string, ReactNode> = {
  welcome: <SmileOutlined aria-hidden />,
  group_message: <MessageOutlined aria-hidden />,
  moment: <CameraOutlined aria-hidden />,
  rep_prompt: <BellOutlined aria-hidden />,
  tag: <TagOutlined aria-hidden />,
  group_chat: <TeamOutlined aria-hidden />,
}

/** The sign of a channel; its name stands beside it. */
export function ChannelIcon({ channel }: { channel: string }) {
  return icons[channel] ?? <NotificationOutlined aria-hidden />
}
